import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertThrows,
} from "@std/assert";
import type { CompareEvent, CompareRecord } from "../../lib/api/compare.ts";
import type { GenerateEvent } from "../../lib/api/generate_event.ts";
import type { PlaygroundRecord } from "../../lib/api/history.ts";
import { MambaError } from "../../lib/api/mamba_error.ts";
import { History } from "../../lib/history/history.ts";
import { FakeEngine } from "../web/fake_engine.ts";

/** A history in memory: what it keeps is gone with it. */
const inMemory = () => new History({ path: ":memory:" });

const REQUEST = { prompt: "Once\n upon", maxTokens: 3, seed: 5 };

async function drain<Event>(
  events: AsyncIterable<Event>,
  enough: (event: Event) => boolean = () => false,
): Promise<Event[]> {
  const seen: Event[] = [];
  for await (const event of events) {
    seen.push(event);
    if (enough(event)) break;
  }
  return seen;
}

function only(history: History) {
  const { entries } = history.list();
  assertEquals(entries.length, 1);
  return entries[0]!;
}

Deno.test("keepGeneration() passes every event on and keeps the run", async () => {
  using history = inMemory();
  const engine = new FakeEngine();
  const plain = await drain(engine.generate(REQUEST));
  const kept = await drain(
    history.keepGeneration(REQUEST, engine.generate(REQUEST)),
  );
  assertEquals(kept, plain);
  const entry = only(history);
  assertEquals(entry.title, "Once upon");
  assertEquals([entry.kind, entry.state], ["playground", "done"]);
  assertEquals(entry.models, ["sound"]);
  const { body } = history.get<PlaygroundRecord>(entry.id, "playground");
  assertEquals(body.request, REQUEST);
  assertEquals(body.result.text, " 0 1 2");
  assertEquals(body.result.finishReason, "length");
  assertEquals(body.result.timings.tokensPerSecond, 2);
});

Deno.test("keepGeneration() keeps the seed that was drawn", async () => {
  using history = inMemory();
  const request = { prompt: "a", maxTokens: 1 };
  const events = await drain(
    history.keepGeneration(request, new FakeEngine().generate(request)),
  );
  const start = events.find((event) => event.type === "start");
  const { body } = history.get<PlaygroundRecord>(only(history).id);
  assertEquals(body.request.seed, start?.seed);
});

Deno.test("keepGeneration() keeps the text of a run that was stopped", async () => {
  using history = inMemory();
  const request = { ...REQUEST, maxTokens: 1000 };
  const events = history.keepGeneration(
    request,
    new FakeEngine().generate(request),
  );
  await drain(events, (event) => event.type === "token" && event.index === 2);
  const entry = only(history);
  assertEquals(entry.state, "stopped");
  const { result } = history.get<PlaygroundRecord>(entry.id).body;
  assertEquals([result.text, result.tokens], [" 0 1 2", 3]);
  assertGreater(result.timings.tokensPerSecond ?? 0, 0);
});

Deno.test("keepGeneration() keeps what failed, but nothing that was refused", async () => {
  using history = inMemory();
  const engine = new FakeEngine();
  engine.failure = { index: 1, error: new MambaError("numeric", "Cannot go") };
  await assertRejects(() =>
    drain(history.keepGeneration(REQUEST, engine.generate(REQUEST)))
  );
  const entry = only(history);
  assertEquals(entry.state, "failed");
  const { result } = history.get<PlaygroundRecord>(entry.id).body;
  assertEquals([result.text, result.error?.message], [" 0", "Cannot go"]);

  const wrong = { ...REQUEST, model: "none" };
  await assertRejects(() =>
    drain(history.keepGeneration(wrong, engine.generate(wrong)))
  );
  assertEquals(history.list().total, 1);
});

Deno.test("History shows a run that its server left as stopped", async () => {
  const path = await Deno.makeTempFile({ suffix: ".sqlite" });
  try {
    using one = new History({ path });
    const keeper = one.keeper();
    const models = ["a"];
    keeper.begin({ kind: "playground", title: "a", models, body: {} });
    assertEquals(only(one).state, "running");
    using two = new History({ path });
    assertEquals(only(two).state, "stopped");
    keeper.end({ models, state: "done", body: {} });
    assertEquals(only(two).state, "done");
  } finally {
    await Deno.remove(path);
  }
});

const COMPARISON = {
  prompt: "Both",
  columns: [{ model: "one" }, { model: "two", dtype: "f16" as const }],
};

function token(index: number, text: string): GenerateEvent {
  return { type: "token", index, id: index, text, logprob: -1 };
}

async function* comparison(): AsyncGenerator<CompareEvent, void, undefined> {
  yield { type: "begin", seed: 9 };
  for (const index of [0, 1]) {
    for (const column of [0, 1]) {
      await Promise.resolve();
      const event = token(index, `${"ab"[column]}${index}`);
      yield { type: "column", column, event };
    }
  }
}

Deno.test("keepComparison() tells the record's id and keeps every column", async () => {
  using history = inMemory();
  const events = await drain(history.keepComparison(COMPARISON, comparison()));
  const { id, models, state } = only(history);
  assertEquals(events[1], { type: "kept", id });
  assertEquals(models, ["one", "two (f16)"]);
  // No column told that it was done.
  assertEquals(state, "stopped");
  const { body } = history.get<CompareRecord>(id, "compare");
  assertEquals(body.request, { ...COMPARISON, seed: 9 });
  assertEquals(body.columns.map(({ text }) => text), ["a0a1", "b0b1"]);
});

Deno.test("keepComparison() goes on where nothing can be kept, and says so", async () => {
  using history = new History({ path: "/dev/null/none" });
  const events = await drain(history.keepComparison(COMPARISON, comparison()));
  const told = events[1];
  assert(told?.type === "unkept");
  assertEquals(events.length, 6);
  using off = new History();
  const plain = await drain(off.keepComparison(COMPARISON, comparison()));
  assertEquals(plain.length, 5);
});

Deno.test("vote() is kept with its run, counted by model, and can be changed", async () => {
  using history = inMemory();
  await drain(history.keepComparison(COMPARISON, comparison()));
  await drain(history.keepComparison(COMPARISON, comparison()));
  const [two, one] = history.list().entries.map(({ id }) => id);
  history.vote(one!, 0);
  history.vote(two!, "tie");
  assertEquals(history.tally(), [
    { model: "one", won: 1, tied: 1, lost: 0 },
    { model: "two (f16)", won: 0, tied: 1, lost: 1 },
  ]);
  history.vote(one!, 1);
  assertEquals(history.get<CompareRecord>(one!).body.vote, 1);
  assertEquals(history.tally()[0], {
    model: "two (f16)",
    won: 1,
    tied: 1,
    lost: 0,
  });
  assertThrows(() => history.vote(one!, 7), MambaError, "no column 7");
  history.remove(one!);
  assertEquals(history.tally().map(({ won }) => won), [0, 0]);
});

Deno.test("list() gives pieces by kind, and remove() and clear() delete", () => {
  using history = inMemory();
  for (let i = 0; i < 5; i++) {
    const kind = i === 2 ? "compare" : "playground";
    history.keeper().begin({ kind, title: `${i}`, models: [], body: i });
  }
  const titles = (query: Parameters<History["list"]>[0]) =>
    history.list(query).entries.map(({ title }) => title).join();
  assertEquals(titles({}), "4,3,2,1,0");
  const first = history.list({ limit: 2 });
  assertEquals([first.total, first.entries.length], [5, 2]);
  assertEquals(titles({ limit: 2, before: first.next }), "2,1");
  assertEquals(history.list({ limit: 5 }).next, undefined);
  assertEquals(titles({ kind: "compare" }), "2");
  assertEquals(history.list({ kind: "playground", limit: 1 }).total, 4);
  history.remove(first.next!);
  assertEquals(titles({}), "4,2,1,0");
  assertThrows(
    () => history.remove(first.next!),
    MambaError,
    "Cannot find run",
  );
  assertThrows(() => history.get(first.next!), MambaError, "Cannot find run");
  history.clear("compare");
  assertEquals(titles({}), "4,1,0");
  history.clear();
  assertEquals(history.list().total, 0);
});

Deno.test("a title is the text's first words on one line", () => {
  using history = inMemory();
  const title = "\u{1f9d9} wizard\n".repeat(50_000);
  history.keeper().begin({ kind: "playground", title, models: [], body: 0 });
  const kept = only(history).title;
  assertEquals([...kept].length, 160);
  assert(kept.isWellFormed() && kept.endsWith("…") && !kept.includes("\n"));
});
