import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { MambaError, readRunLog, type TrainingEvent } from "../../lib/mod.ts";
import { RunLog } from "../../lib/training/run_log.ts";
import { withFolder } from "../helpers/tiny_training.ts";

const figures = { loss: 1, perplexity: 2, tokens: 3 };
const measured = {
  epoch: 0.5,
  loss: 1,
  learningRate: 1,
  gradientNorm: 1,
  tokens: 1,
  tokensPerSecond: 1,
  remainingSeconds: 1,
};
const start = (step: number): TrainingEvent => ({
  type: "start",
  step,
  steps: 9,
  parameters: 1,
  trainable: 1,
  tokensPerEpoch: 1,
  tokensPerStep: 1,
  memoryBytes: 1,
  device: "cpu",
  threads: 1,
});
const step = (step: number): TrainingEvent => ({
  type: "step",
  step,
  ...measured,
});
const validation = (step: number, loss = 1): TrainingEvent => ({
  type: "validation",
  step,
  ...figures,
  loss,
});

async function write(folder: string, events: TrainingEvent[]): Promise<void> {
  using log = await RunLog.open(folder);
  for (const event of events) log.write(event);
}

async function read(folder: string): Promise<TrainingEvent[]> {
  return (await readRunLog(folder)).map(({ time: _, ...event }) => event);
}

Deno.test("readRunLog() drops what was done again after a resumption", async () => {
  await withFolder(async (folder) => {
    await write(folder, [
      start(0),
      step(1),
      validation(1),
      { type: "checkpoint", step: 1 },
      step(2),
      { type: "warning", step: 3, message: "" },
      step(4),
    ]);
    await write(folder, [start(1), step(2), step(3)]);
    assertEquals(await read(folder), [
      start(0),
      step(1),
      validation(1),
      { type: "checkpoint", step: 1 },
      start(1),
      step(2),
      step(3),
    ]);
  });
});

Deno.test("readRunLog() keeps the last end, and the last of two equal reports", async () => {
  await withFolder(async (folder) => {
    const end = (step: number, status: "stopped" | "done"): TrainingEvent => ({
      type: "end",
      step,
      status,
      seconds: 1,
    });
    await write(folder, [
      start(0),
      step(1),
      validation(1, 5),
      end(1, "stopped"),
    ]);
    await write(folder, [start(1), validation(1, 6), step(2), end(2, "done")]);
    assertEquals(await read(folder), [
      start(0),
      step(1),
      start(1),
      validation(1, 6),
      step(2),
      end(2, "done"),
    ]);
  });
});

Deno.test("readRunLog() lives with lines that a killed process tore", async () => {
  await withFolder(async (folder) => {
    await write(folder, [start(0), step(1)]);
    const path = join(folder, "log.jsonl");
    await Deno.writeTextFile(path, '{"type":"step","st', { append: true });
    assertEquals(await read(folder), [start(0), step(1)]);
    await write(folder, [start(1), step(2)]);
    assertEquals(await read(folder), [start(0), step(1), start(1), step(2)]);
  });
});

Deno.test("readRunLog() gives every line's time", async () => {
  await withFolder(async (folder) => {
    const before = Date.now();
    await write(folder, [start(0)]);
    const [line] = await readRunLog(folder);
    const time = Date.parse(line!.time);
    assertEquals(time >= before - 1 && time <= Date.now(), true);
  });
});

Deno.test("readRunLog() says that there is none", async () => {
  await withFolder(async (folder) => {
    const error = await assertRejects(() => readRunLog(folder), MambaError);
    assertEquals(error.code, "not_found");
  });
});
