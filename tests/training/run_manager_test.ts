import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MambaError } from "../../lib/api/mamba_error.ts";
import type { TrainingOptions } from "../../lib/api/training_options.ts";
import type { TrainingUpdate } from "../../lib/api/training_run.ts";
import { RunManager } from "../../lib/training/run_manager.ts";
import { FakeTraining, startEvent, stepEvent, until } from "./fake_training.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));

/** A folder for runs with a text beside, removed at the end. */
async function withFolder(
  run: (folder: string, options: TrainingOptions) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const data = join(folder, "text.txt");
    await Deno.writeTextFile(data, "Once upon a time");
    await run(folder, { model: "tiny-mamba1", data, steps: 12 });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function open(folder: string, training: FakeTraining): RunManager {
  return RunManager.open({
    directory: join(folder, "runs"),
    models: [FIXTURES],
    createTrainer: training.createTrainer,
    resumeTrainer: training.resumeTrainer,
    readLog: training.readLog,
  });
}

/** The folder of a run as a killed server leaves it. */
async function leaveKilled(
  folder: string,
  id: string,
  record: Record<string, unknown>,
): Promise<void> {
  const place = join(folder, "runs", id);
  await Deno.mkdir(place, { recursive: true });
  const lines = [
    startEvent(0, 12),
    ...[1, 2, 3, 4, 5].map((step) => stepEvent(step, 12)),
    { type: "checkpoint", step: 5 },
    stepEvent(6, 12),
  ];
  await Deno.writeTextFile(
    join(place, "log.jsonl"),
    lines.map((line) => JSON.stringify(line)).join("\n") + '\n{"type":"st\n',
  );
  await Deno.writeTextFile(join(place, "step"), "5");
  await Deno.writeTextFile(
    join(place, "run.json"),
    JSON.stringify({
      name: "killed",
      createdAt: "2026-01-01T00:00:00.000Z",
      updatedAt: "2026-01-01T00:00:00.000Z",
      state: "running",
      restarts: 0,
      ...record,
    }),
  );
}

Deno.test("RunManager.start() runs to the end and keeps what happened", async () => {
  await withFolder(async (folder, options) => {
    const training = new FakeTraining();
    await using manager = open(folder, training);
    assertEquals(await manager.list(), []);
    const { id, name } = await manager.start(options);
    assertEquals(name, "tiny-mamba1");
    await manager.idle();
    const [run] = await manager.list();
    assertEquals({ ...run, createdAt: "" }, {
      id,
      name,
      createdAt: "",
      status: "done",
      stopping: false,
      step: 12,
      steps: 12,
      loss: stepEvent(12, 12).loss,
    });
    const { history, options: kept } = await manager.get(id);
    assertEquals(
      history.points.map(({ step }) => step),
      [
        ...Array(12).keys(),
      ].map((step) => step + 1),
    );
    assertEquals(kept.model, join(FIXTURES, "tiny-mamba1"));
    assertEquals(training.open, 0);
  });
});

Deno.test("RunManager.watch() tells everything once, whenever it begins", async () => {
  await withFolder(async (folder, options) => {
    const training = new FakeTraining(3);
    await using manager = open(folder, training);
    const { id } = await manager.start(options);
    await until(manager, id, ({ step }) => step === 3);
    const updates: TrainingUpdate[] = [];
    const watching = (async () => {
      const { signal } = new AbortController();
      for await (const update of manager.watch(id, signal)) {
        updates.push(update);
        if (updates.length === 1) training.allow(9);
      }
    })();
    await watching;
    const [first, ...rest] = updates;
    assert(first?.type === "snapshot");
    assertEquals(first.snapshot.history.points.length, 3);
    const steps = rest.flatMap((update) =>
      update.type === "event" && update.event.type === "step"
        ? [update.event.step]
        : []
    );
    assertEquals(steps, [4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const last = rest.at(-1);
    assert(last?.type === "run" && last.run.status === "done");
  });
});

Deno.test("RunManager.stop() leaves a checkpoint that resume() goes on from", async () => {
  await withFolder(async (folder, options) => {
    const training = new FakeTraining(3);
    await using manager = open(folder, training);
    const { id } = await manager.start(options);
    await until(manager, id, ({ step }) => step === 3);
    assertEquals((await manager.stop(id)).stopping, true);
    await manager.idle();
    assertEquals((await manager.get(id)).run.status, "stopped");
    training.allow(100);
    await manager.resume(id);
    await manager.idle();
    const { run, history } = await manager.get(id);
    assertEquals(run.status, "done");
    assertEquals(history.points.length, 12);
    assertEquals(training.calls, ["create", "resume 3"]);
  });
});

Deno.test("RunManager refuses a second run, and to remove one at work", async () => {
  await withFolder(async (folder, options) => {
    await using manager = open(folder, new FakeTraining(0));
    const { id } = await manager.start(options);
    const second = await assertRejects(
      () => manager.start(options),
      MambaError,
      "at once",
    );
    assertEquals(second.code, "busy");
    await assertRejects(() => manager.remove(id), MambaError, "it runs");
    // Resuming what is at work changes nothing.
    assertEquals((await manager.resume(id)).id, id);
    await manager.stop(id);
    await manager.idle();
    await manager.remove(id);
    assertEquals(await manager.list(), []);
    await assertRejects(() => manager.get(id), MambaError, "Cannot find");
  });
});

Deno.test("RunManager.close() leaves a run that the next server goes on with", async () => {
  await withFolder(async (folder, options) => {
    const first = open(folder, new FakeTraining(7));
    const { id } = await first.start(options);
    await until(first, id, ({ step }) => step === 7);
    const { signal } = new AbortController();
    const watching = Array.fromAsync(first.watch(id, signal));
    await first.get(id);
    await first.close();
    // Who looks on is not told that it has ended, as it has not.
    const told = (await watching).map((update) =>
      update.type === "run" ? update.run.status : update.type
    );
    assertEquals(told.includes("stopped"), false);
    assertEquals((await first.get(id)).run.status, "interrupted");
    await assertRejects(() => first.start(options), MambaError, "ending");

    const training = new FakeTraining();
    await using second = open(folder, training);
    await second.idle();
    assertEquals(training.calls, ["resume 7"]);
    const { run, history } = await second.get(id);
    assertEquals(run.status, "done");
    assertEquals(history.points.length, 12);
  });
});

Deno.test("RunManager.open() takes up a run whose server was killed", async () => {
  await withFolder(async (folder, options) => {
    await leaveKilled(folder, "killed-1", { options });
    const training = new FakeTraining();
    await using manager = open(folder, training);
    await manager.idle();
    assertEquals(training.calls, ["resume 5"]);
    const { run, history } = await manager.get("killed-1");
    assertEquals(run.status, "done");
    assertEquals(history.points.map(({ step }) => step).slice(3, 8), [
      4,
      5,
      6,
      7,
      8,
    ]);
  });
});

Deno.test("RunManager.open() leaves alone what was stopped or dies each time", async () => {
  await withFolder(async (folder, options) => {
    await leaveKilled(folder, "stopped-1", { options, state: "stopped" });
    await leaveKilled(folder, "deadly-1", { options, restarts: 3 });
    const training = new FakeTraining();
    await using manager = open(folder, training);
    const statuses = (await manager.list()).map(({ id, status }) =>
      `${id} ${status}`
    );
    assertEquals(statuses.sort(), [
      "deadly-1 interrupted",
      "stopped-1 stopped",
    ]);
    assertEquals(training.calls, []);
    assertEquals((await manager.stop("deadly-1")).status, "stopped");
    await manager.resume("stopped-1");
    await manager.idle();
    assertEquals((await manager.get("stopped-1")).run.status, "done");
  });
});

Deno.test("RunManager leaves to another process what that is at", async () => {
  await withFolder(async (folder, options) => {
    await using one = open(folder, new FakeTraining(3));
    const { id } = await one.start(options);
    await until(one, id, ({ step }) => step === 3);
    const training = new FakeTraining();
    await using other = open(folder, training);
    assertEquals((await other.get(id)).run.status, "running");
    const refused = await assertRejects(() => other.resume(id), MambaError);
    assertEquals(refused.code, "busy");
    assertEquals(training.calls, []);
  });
});

Deno.test("RunManager shows why a run failed", async () => {
  await withFolder(async (folder, options) => {
    const training = new FakeTraining();
    await using manager = open(folder, training);
    training.failure = {
      step: 4,
      error: new MambaError("numeric", "Cannot go on: the loss is NaN"),
    };
    const { id } = await manager.start(options);
    await manager.idle();
    const { run } = await manager.get(id);
    assertEquals(run.status, "failed");
    assertEquals(run.error?.message, "Cannot go on: the loss is NaN");
    assertEquals(training.open, 0);
    training.failure = undefined;
    await manager.resume(id);
    await manager.idle();
    assertEquals((await manager.get(id)).run.status, "done");
  });
});

Deno.test("RunManager.start() names the option that is wrong", async () => {
  await withFolder(async (folder, options) => {
    await using manager = open(folder, new FakeTraining());
    const { model: _model, ...without } = options;
    const cases: [TrainingOptions, string][] = [
      [{ ...options, data: join(folder, "none.txt") }, "data"],
      [{ ...options, data: "a\0b" }, "data"],
      [{ ...options, data: [] }, "data"],
      [{ ...options, validation: join(folder, "none") }, "validation"],
      [{ ...options, model: "none" }, "model"],
      [{ ...options, tokenizer: folder }, "tokenizer"],
      [{ ...without, config: { d_model: 8, n_layer: 1 } }, "tokenizer"],
      [{ ...options, steps: -1 }, "steps"],
      [{ ...options, colour: "red" } as TrainingOptions, "colour"],
    ];
    for (const [wrong, field] of cases) {
      const error = await assertRejects(
        () => manager.start(wrong),
        MambaError,
      );
      assertEquals(error.field, field, JSON.stringify(wrong));
    }
    assertEquals(await manager.list(), []);
  });
});

Deno.test("RunManager finds no run outside of its folder", async () => {
  await withFolder(async (folder, options) => {
    await leaveKilled(folder, "../elsewhere", { options });
    await using manager = open(folder, new FakeTraining());
    for (const id of ["../elsewhere", "..", ".", "", "a/b", "A\0"]) {
      await assertRejects(() => manager.get(id), MambaError, "Cannot find");
      await assertRejects(() => manager.remove(id), MambaError, "Cannot find");
    }
  });
});
