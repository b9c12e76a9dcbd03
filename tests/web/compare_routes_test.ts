import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { CompareEvent, CompareRecord } from "../../lib/api/compare.ts";
import { History } from "../../lib/history/history.ts";
import { readEventStream } from "../../lib/web/read_event_stream.ts";
import { FakeEngine, modelInfo } from "./fake_engine.ts";
import { form, json, type Site, siteOver } from "./test_app.ts";

const MODELS = ["one", "two"].map((id) => modelInfo({ id, name: id }));
const REQUEST = {
  prompt: "Once",
  maxTokens: 3,
  seed: 7,
  columns: [{ model: "one" }, { model: "two", dtype: "f16" }],
};
const FORM = {
  prompt: "Once",
  maxTokens: "3",
  seed: "7",
  model1: "one",
  model2: "two",
  dtype2: "f16",
  model3: "",
  model4: "",
  mode: "write",
  action: "run",
};

interface Place {
  site: Site;
  engine: FakeEngine;
  history: History;
}

async function withSite(run: (place: Place) => Promise<void>): Promise<void> {
  const engine = new FakeEngine(MODELS);
  using history = new History({ path: ":memory:" });
  const site = siteOver(engine, undefined, undefined, history);
  await run({ engine, history, site });
}

function textOf(html: string): string {
  return html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

async function eventsOf(response: Response): Promise<CompareEvent[]> {
  const frames = await Array.fromAsync(readEventStream(response.body!));
  return frames.map(({ data }) => JSON.parse(data));
}

Deno.test("GET /compare shows a form with every control labelled", async () => {
  await withSite(async ({ site }) => {
    const html = await (await site("/compare")).text();
    for (
      const name of ["prompt", "model1", "dtype2", "device4", "temperature3"]
    ) {
      assertMatch(html, new RegExp(`(name|id)="${name}"`));
      assertStringIncludes(html, `for="${name}"`);
    }
    assertStringIncludes(html, "<title>Compare · Fresh Mamba</title>");
    assertMatch(html, /<form[^>]*method="post"/);
    // Every format of lib/api, for every column.
    assertEquals(html.match(/<option[^>]*value="bf16"/g)?.length, 4);
  });
});

Deno.test("GET /compare takes a run from the address", async () => {
  await withSite(async ({ site }) => {
    const query = "prompt=From+afar&model2=one&dtype2=bf16&mode=read&topK=9";
    const html = await (await site(`/compare?${query}`)).text();
    assertStringIncludes(html, "From afar</textarea>");
    assertMatch(html, /<input[^>]*value="read"[^>]*checked/);
    assertMatch(html, /<input[^>]*id="topK"[^>]*value="9"/);
    assertEquals(
      html.match(/<option[^>]*selected[^>]*value="one"/g)?.length ??
        html.match(/<option[^>]*value="one"[^>]*selected/g)?.length,
      2,
    );
  });
});

Deno.test("POST /compare writes all columns into the page and keeps them", async () => {
  await withSite(async ({ site, engine, history }) => {
    const response = await site("/compare", form({ ...FORM, keep: "on" }));
    assertEquals(response.status, 200);
    const html = await response.text();
    const text = textOf(html);
    assertEquals(
      engine.requests.map(({ model, dtype, seed }) => [model, dtype, seed]),
      [
        ["one", undefined, 7],
        ["two", "f16", 7],
      ],
    );
    assertEquals(text.match(/Continuation: 0 1 2/g)?.length, 2);
    assertEquals(
      text.match(/Finished after 3 tokens, at the limit/g)?.length,
      2,
    );
    assertStringIncludes(text, "2 tok/s");
    const { entries: [entry] } = history.list();
    assertEquals([entry!.kind, entry!.state], ["compare", "done"]);
    assertMatch(html, new RegExp(`name="run" value="${entry!.id}"`));
    assertStringIncludes(html, `/api/history/${entry!.id}?format=markdown`);
    assertMatch(html, /href="\/compare\?[^"]*seed=7[^"]*model1=one/);
  });
});

Deno.test("POST /compare keeps nothing unless it is told to", async () => {
  await withSite(async ({ site, history }) => {
    await site("/compare", form({ ...FORM, keep: "off" }));
    assertEquals(history.list().total, 0);
  });
});

Deno.test("POST /compare takes a vote, and shows the tally", async () => {
  await withSite(async ({ site }) => {
    const html = await (await site("/compare", form(FORM))).text();
    const [, id] = html.match(/name="run" value="(\d+)"/)!;
    const voted = await site(
      "/compare",
      form({ ...FORM, run: id!, vote: "1", action: "" }),
    );
    assertEquals(voted.status, 303);
    const address = voted.headers.get("location")!;
    assertEquals(address, `/compare?run=${id}`);
    const page = await (await site(address)).text();
    assertMatch(page, /<button[^>]*value="1"[^>]*aria-pressed="true"/);
    assertStringIncludes(textOf(page), "two (f16) 1 0 0 100 %");
    assertEquals(textOf(page).match(/Continuation: 0 1 2/g)?.length, 2);
    const wrong = await site("/compare", form({ run: id!, vote: "9" }));
    assertEquals(wrong.status, 400);
  });
});

Deno.test("POST /compare shows what is wrong and keeps the form", async () => {
  await withSite(async ({ site }) => {
    const cases: [Record<string, string>, number, string][] = [
      [{ prompt: "" }, 400, "the prompt"],
      [{ model2: "" }, 400, "two columns at least"],
      [{ temperature2: "hot" }, 400, "is not a number"],
      [{ dtype1: "f1" }, 400, "f1"],
    ];
    for (const [changed, status, words] of cases) {
      const response = await site("/compare", form({ ...FORM, ...changed }));
      assertEquals(response.status, status);
      const html = await response.text();
      assertStringIncludes(textOf(html), words);
      assertStringIncludes(html, 'role="alert"');
    }
    // A column that fails is told in its place.
    const response = await site("/compare", form({ ...FORM, model1: "none" }));
    const text = textOf(await response.text());
    assertStringIncludes(text, "Cannot find the model");
    assertStringIncludes(text, "1 of 2 columns finished, the others failed.");
  });
});

Deno.test("POST /compare refuses other sites, and resets the settings", async () => {
  await withSite(async ({ site, engine }) => {
    const foreign = await site("/compare", {
      ...form(FORM),
      headers: { origin: "http://elsewhere.example" },
    });
    assertEquals(foreign.status, 403);
    const html = await (await site(
      "/compare",
      form({ ...FORM, topK: "9", action: "reset" }),
    )).text();
    assertMatch(html, /<input[^>]*id="topK"[^>]*value="0"/);
    assertMatch(
      html,
      /<option[^>]*value="f16"[^>]*selected|selected[^>]*value="f16"/,
    );
    assertEquals(engine.requests, []);
  });
});

Deno.test("POST /api/compare streams all columns, and keeps them if asked to", async () => {
  await withSite(async ({ site, history }) => {
    const plain = await eventsOf(await site("/api/compare", json(REQUEST)));
    assertEquals(plain[0], { type: "begin", seed: 7 });
    assertEquals(history.list().total, 0);
    const events = await eventsOf(
      await site("/api/compare?keep=on", json(REQUEST)),
    );
    const { entries: [entry] } = history.list();
    assertEquals(events[1], { type: "kept", id: entry!.id });
    const texts = [0, 1].map((column) =>
      events.map((event) =>
        event.type === "column" && event.column === column &&
          event.event.type === "token"
          ? event.event.text
          : ""
      ).join("")
    );
    assertEquals(texts, [" 0 1 2", " 0 1 2"]);
    const { body } = history.get<CompareRecord>(entry!.id);
    assertEquals(body.columns.map(({ text }) => text), texts);
  });
});

Deno.test("leaving /api/compare ends every column and keeps what has come", async () => {
  await withSite(async ({ site, engine, history }) => {
    const response = await site(
      "/api/compare?keep=on",
      json({ ...REQUEST, maxTokens: 900_000 }),
    );
    const reader = response.body!.getReader();
    for (let frame = 0; frame < 12; frame++) await reader.read();
    assertEquals(engine.active, 2);
    await reader.cancel();
    assertEquals(engine.active, 0);
    const { entries: [entry] } = history.list();
    assertEquals(entry!.state, "stopped");
    const { body } = history.get<CompareRecord>(entry!.id);
    for (const { state, text, tokens } of body.columns) {
      assertEquals(state, "stopped");
      // Four frames each came before; one token may have been under way.
      assert(tokens >= 3 && tokens <= 5, `${tokens}`);
      assertStringIncludes(text, " 0 1");
    }
  });
});

Deno.test("POST /api/compare names what is wrong", async () => {
  await withSite(async ({ site }) => {
    const columns = [{ model: "one" }, { model: "two", dtype: "f1" }];
    const response = await site("/api/compare", json({ ...REQUEST, columns }));
    assertEquals(response.status, 400);
    assertEquals((await response.json()).error.field, "columns[1].dtype");
    assertEquals((await site("/api/compare")).status, 405);
  });
});
