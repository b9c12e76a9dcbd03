import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TrainingUpdate } from "../../lib/api/training_run.ts";
import { RunManager } from "../../lib/training/run_manager.ts";
import { readEventStream } from "../../lib/web/read_event_stream.ts";
import { FakeTraining, until } from "../training/fake_training.ts";
import { FakeEngine, modelInfo } from "./fake_engine.ts";
import { form, json, type Site, siteOver } from "./test_app.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));
const FORM = {
  from: "model:tiny-mamba1",
  tokenizer: "",
  steps: "10",
  samplePrompts: "Once",
};

interface Bench {
  site: Site;
  manager: RunManager;
  training: FakeTraining;
  /** A text to train on. */
  data: string;
}

async function withSite(
  run: (bench: Bench) => Promise<void>,
  training = new FakeTraining(),
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const data = join(folder, "text.txt");
    await Deno.writeTextFile(data, "Once upon a time");
    await using manager = RunManager.open({
      directory: join(folder, "runs"),
      models: [FIXTURES],
      createTrainer: training.createTrainer,
      resumeTrainer: training.resumeTrainer,
      readLog: training.readLog,
    });
    const engine = new FakeEngine([modelInfo({ id: "tiny-mamba1" })]);
    const site = siteOver(engine, undefined, manager);
    await run({ site, manager, training, data });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function start({ site, data }: Bench, more = {}): Promise<string> {
  const response = await site(
    "/api/train",
    json({ model: "tiny-mamba1", data, steps: 10, ...more }),
  );
  assertEquals(response.status, 201);
  const { id } = await response.json();
  assertEquals(response.headers.get("location"), `/api/train/${id}`);
  return id;
}

async function updatesOf(response: Response): Promise<TrainingUpdate[]> {
  assertMatch(response.headers.get("content-type")!, /^text\/event-stream/);
  const frames = await Array.fromAsync(readEventStream(response.body!));
  return frames.map(({ data }) => JSON.parse(data));
}

Deno.test("POST /api/train starts a run, GET lists and shows it", async () => {
  await withSite(async (bench) => {
    const { site, manager } = bench;
    const id = await start(bench);
    await manager.idle();
    const [run] = await (await site("/api/train")).json();
    assertEquals(run.id, id);
    assertEquals(run.status, "done");
    const response = await site(`/api/train/${id}`);
    assertEquals(response.headers.get("cache-control"), "no-store");
    const { history, options } = await response.json();
    assertEquals(history.points.length, 10);
    assertEquals(options.steps, 10);
  });
});

Deno.test("POST /api/train names the field of bad options", async () => {
  await withSite(async ({ site, manager, data }) => {
    const model = "tiny-mamba1";
    const cases: [unknown, number, string | undefined][] = [
      ["{", 400, undefined],
      [[], 400, "options"],
      [{ model }, 400, "data"],
      [{ model, data: "/none/such" }, 400, "data"],
      [{ model: "none", data }, 400, "model"],
      [{ model, data, steps: "many" }, 400, "steps"],
      [{ model, data, note: "a".repeat(100_000) }, 413, "options"],
    ];
    for (const [body, status, field] of cases) {
      const response = await site("/api/train", json(body));
      const { error } = await response.json();
      assertEquals([response.status, error.field], [status, field]);
      assertMatch(error.message, /^Cannot /);
    }
    assertEquals(await manager.list(), []);
  });
});

Deno.test("GET /api/train/:run/events tells all, then what happens, then ends", async () => {
  const training = new FakeTraining(4);
  await withSite(async (bench) => {
    const id = await start(bench);
    const response = await bench.site(`/api/train/${id}/events`);
    training.allow(100);
    const [first, ...rest] = await updatesOf(response);
    assert(first?.type === "snapshot");
    const told = first.snapshot.history.points.map(({ step }) => step);
    for (const update of rest) {
      if (update.type !== "event" || update.event.type !== "step") continue;
      told.push(update.event.step);
    }
    assertEquals(told, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const last = rest.at(-1);
    assert(last?.type === "run" && last.run.status === "done");
    // A run that rests is told of, and that is all.
    const again = await updatesOf(await bench.site(`/api/train/${id}/events`));
    assertEquals(again.map(({ type }) => type), ["snapshot"]);
  }, training);
});

Deno.test("POST stop and resume, DELETE: a run is steered over HTTP", async () => {
  const training = new FakeTraining(4);
  await withSite(async (bench) => {
    const { site, manager } = bench;
    const id = await start(bench);
    const post = (action: string) =>
      site(`/api/train/${id}/${action}`, { method: "POST" });
    const refused = await site(`/api/train/${id}`, { method: "DELETE" });
    assertEquals(refused.status, 503);
    assertEquals((await refused.json()).error.code, "busy");
    assertEquals((await (await post("stop")).json()).stopping, true);
    await manager.idle();
    training.allow(100);
    assertEquals((await post("resume")).status, 200);
    await manager.idle();
    assertEquals((await manager.get(id)).run.status, "done");
    const removed = await site(`/api/train/${id}`, { method: "DELETE" });
    assertEquals(removed.status, 204);
    assertEquals((await site(`/api/train/${id}`)).status, 404);
  }, training);
});

Deno.test("/api/train refuses other methods and other sites", async () => {
  await withSite(async (bench) => {
    const { site } = bench;
    const id = await start(bench);
    const cases: [string, string, string][] = [
      ["/api/train", "PUT", "GET, HEAD, POST"],
      [`/api/train/${id}`, "POST", "GET, HEAD, DELETE"],
      [`/api/train/${id}/stop`, "GET", "POST"],
      [`/api/train/${id}/resume`, "GET", "POST"],
      [`/api/train/${id}/events`, "POST", "GET, HEAD"],
    ];
    for (const [path, method, allow] of cases) {
      const response = await site(path, { method });
      assertEquals(response.status, 405, path);
      assertEquals(response.headers.get("allow"), allow);
      await response.body?.cancel();
    }
    const headers = { origin: "http://elsewhere.example" };
    for (const path of [`/api/train/${id}/stop`, `/train/${id}`, "/train"]) {
      const response = await site(path, {
        ...form({ action: "stop", ...FORM }),
        headers,
      });
      assertEquals(response.status, 403, path);
      await response.body?.cancel();
    }
    for (const path of ["/api/train/none", "/api/train/..%2Frun/events"]) {
      const response = await site(path);
      assertEquals(response.status, 404, path);
      await response.body?.cancel();
    }
  });
});

Deno.test("GET /train shows a form with every control labelled", async () => {
  await withSite(async ({ site }) => {
    const response = await site("/train");
    const html = await response.text();
    for (
      const name of ["from", "tokenizer", "data", "validation", "steps", "seed"]
    ) {
      assertStringIncludes(html, `name="${name}"`);
      assertStringIncludes(html, `for="${name}"`);
    }
    assertStringIncludes(html, "<title>Train · Fresh Mamba</title>");
    assertMatch(html, /<form[^>]*method="post"/);
    assertStringIncludes(html, 'value="/texts/sample"');
    assertStringIncludes(html, "on the machine that this server runs on");
    assertMatch(html, /<a href="\/train" aria-current="page"/);
  });
});

Deno.test("POST /train starts a run and leads to its page", async () => {
  await withSite(async ({ site, manager, data }) => {
    const response = await site("/train", form({ ...FORM, data }));
    assertEquals(response.status, 303);
    await manager.idle();
    const [run] = await manager.list();
    assertEquals(response.headers.get("location"), `/train/${run?.id}`);
    const html = await (await site(`/train/${run?.id}`)).text();
    assertStringIncludes(html, "Done after 10 steps.");
    assertStringIncludes(html, 'aria-label="Training loss: from 5.000');
    assertStringIncludes(html, "<title>tiny-mamba1 · Fresh Mamba</title>");
    assertMatch(html, /<a href="\/train" aria-current="true"/);
  });
});

Deno.test("POST /train keeps the form and names the control that is wrong", async () => {
  await withSite(async ({ site, manager, data }) => {
    const cases: [Record<string, string>, string][] = [
      [{ data: "/none/such" }, "data"],
      [{ data: "" }, "data"],
      [{ data, validation: "/none/such" }, "validation"],
      [{ data, from: "model:none" }, "from"],
      [{ data, from: "nonsense" }, "from"],
      [{ data, from: "new:tiny-mamba2", tokenizer: "/none" }, "tokenizer"],
      [{ data, steps: "-3" }, "steps"],
      [{ data, warmupSteps: "2.5" }, "warmupSteps"],
      [{ data, schedule: "steep" }, "schedule"],
    ];
    for (const [values, field] of cases) {
      const answer = await site("/train", form({ ...FORM, ...values }));
      const html = await answer.text();
      assertEquals(answer.status, 400, field);
      const [tag] = html.match(new RegExp(`<[^>]* id="${field}"[^>]*>`)) ?? [];
      assertMatch(tag ?? "", /aria-invalid="true"/, JSON.stringify(values));
      assertMatch(html, /class="alert" role="alert"/);
      assertMatch(
        html.match(/<input[^>]* id="steps"[^>]*>/)?.[0] ?? "",
        new RegExp(`value="${values.steps ?? FORM.steps}"`),
      );
    }
    assertEquals(await manager.list(), []);
  });
});

Deno.test("the page of a run stops, resumes and deletes it by forms", async () => {
  const training = new FakeTraining(4);
  await withSite(async (bench) => {
    const { site, manager } = bench;
    const id = await start(bench);
    const press = (action: string) => site(`/train/${id}`, form({ action }));
    await until(manager, id, ({ step }) => step === 4);
    // Without scripts a page of a run at work loads itself again.
    const working = await (await site(`/train/${id}`)).text();
    assertStringIncludes(working, '<noscript><meta http-equiv="refresh"');
    assertStringIncludes(working, 'value="stop"');

    const refused = await press("delete");
    assertEquals(refused.status, 503);
    assertStringIncludes(await refused.text(), "Stop it first.");
    assertEquals((await press("stop")).status, 303);
    await manager.idle();
    const resting = await (await site(`/train/${id}`)).text();
    assertEquals(resting.includes("http-equiv"), false);
    assertStringIncludes(resting, "Stopped after step 4.");
    assertStringIncludes(resting, 'value="resume"');

    assertEquals((await press("nonsense")).status, 400);
    assertEquals((await press("resume")).status, 303);
    await press("stop");
    await manager.idle();
    const deleted = await press("delete");
    assertEquals(deleted.headers.get("location"), "/train");
    assertEquals((await site(`/train/${id}`)).status, 404);
  }, training);
});
