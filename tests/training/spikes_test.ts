import { assertEquals, assertGreater, assertMatch } from "@std/assert";
import { join } from "node:path";
import {
  type Dataset,
  MambaLMHeadModel,
  Trainer,
  type TrainingOptions,
} from "../../lib/mod.ts";
import { saveCheckpoint } from "../../lib/weights/mod.ts";
import { EpochOrder } from "../../lib/training/epoch_order.ts";
import {
  eventsOf,
  gather,
  tinyDataset,
  tinyRun,
  withFolder,
} from "../helpers/tiny_training.ts";
import { tinyModel } from "../helpers/tiny_models.ts";

/** A model that knows row 0 of the data by heart, and no other. */
async function writeExpert(directory: string, data: Dataset): Promise<void> {
  const one: Dataset = { ...data, length: 1, row: () => data.row(0) };
  await using trainer = await Trainer.create(
    tinyRun("Mamba1", { steps: 80, batchSize: 1, learningRate: 0.02 }),
    { train: one },
  );
  await gather(trainer.run());
  await trainer.savePretrained(directory);
}

const rows = tinyDataset(2);
/** Row 0, and row 1 at one place. */
const surprising: Dataset = {
  ...rows,
  length: 40,
  targetTokens: 1000,
  row: (index) => rows.row(index === 7 ? 1 : 0),
};

/** The step at which the surprise comes. */
function surpriseOf(seed: number): number {
  const order = new EpochOrder(40, seed);
  for (let i = 0;; i++) if (order.row(i) === 7) return i + 1;
}

/** A seed with which it comes late. */
const seed = Array.from({ length: 100 }, (_, i) => i)
  .find((seed) => surpriseOf(seed) > 25)!;

function finetune(
  model: string,
  options: Partial<TrainingOptions>,
): TrainingOptions {
  const { config: _, ...others } = tinyRun("Mamba1", options);
  return {
    ...others,
    model,
    steps: 40,
    batchSize: 1,
    learningRate: 1e-5,
    warmupSteps: 2,
    seed,
    checkpointInterval: 5,
  };
}

Deno.test("Trainer.run() stops at a loss spike, keeps the last checkpoint, and goes on when told to", async () => {
  await withFolder(async (folder) => {
    const model = join(folder, "expert");
    await writeExpert(model, rows);
    const surprise = surpriseOf(seed);
    const run = join(folder, "run");
    {
      await using trainer = await Trainer.create(finetune(model, {}), {
        train: surprising,
        folder: run,
      });
      const events = await gather(trainer.run());
      const [end] = eventsOf(events, "end");
      assertEquals([end!.status, end!.step], ["failed", surprise - 1]);
      assertEquals(end!.error!.code, "numeric");
      assertMatch(
        end!.error!.message,
        new RegExp(
          `^Cannot go on after step ${surprise - 1}: in step ` +
            `${surprise} the loss jumped to \\d`,
        ),
      );
      assertMatch(end!.error!.hint!, /continueOnSpike/);
      assertEquals(
        eventsOf(events, "checkpoint").at(-1)!.step,
        surprise - 1 - (surprise - 1) % 5,
      );
    }
    await using again = await Trainer.resume(run, {
      train: surprising,
      options: { continueOnSpike: true },
    });
    const events = await gather(again.run());
    assertEquals(eventsOf(events, "end")[0]!.status, "done");
    assertEquals(
      eventsOf(events, "warning").map(({ step }) => step),
      [surprise],
    );
    const steps = eventsOf(events, "step");
    assertEquals(steps.some(({ step }) => step === surprise), false);
    assertEquals(steps.at(-1)!.step, 40);
  });
});

Deno.test("Trainer.run() changes nothing in a step that it leaves out", async () => {
  await withFolder(async (model) => {
    await writeExpert(model, rows);
    const options = finetune(model, { continueOnSpike: true });
    await using trainer = await Trainer.create(options, { train: surprising });
    let before: Uint8Array | undefined;
    const weights = async () => {
      await using copy = await trainer.model();
      return copy.native.readTensor(copy.tensors()[0]!);
    };
    let compared = 0;
    for await (const event of trainer.run()) {
      if (event.type === "warning") {
        assertEquals(await weights(), before);
        compared++;
      }
      before = await weights();
    }
    assertEquals(compared, 1);
  });
});

Deno.test("Trainer.run() tells of NaN with the step", async () => {
  await withFolder(async (folder) => {
    await using model = await tinyModel("Mamba2");
    await writeOverflowing(model, folder);
    for (const continueOnSpike of [false, true]) {
      const { config: _, ...options } = tinyRun("Mamba2", { continueOnSpike });
      await using trainer = await Trainer.create(
        { ...options, model: folder },
        { train: rows },
      );
      const events = await gather(trainer.run());
      const [end] = eventsOf(events, "end");
      assertEquals(end!.status, continueOnSpike ? "done" : "failed");
      if (!continueOnSpike) {
        assertMatch(end!.error!.message, /in step 1 (the loss is|a gradient)/);
      }
      assertEquals(
        eventsOf(events, "warning").length,
        continueOnSpike ? 8 : 0,
      );
    }
  });
});

/** Weights with which a forward pass is no number. */
async function writeOverflowing(
  model: MambaLMHeadModel,
  directory: string,
): Promise<void> {
  assertGreater(model.tensors().length, 0);
  await saveCheckpoint(directory, {
    config: model.config,
    tensors: model.tensors().map((tensor) => ({
      ...tensor,
      bytes: () => {
        const bytes = model.native.readTensor(tensor);
        if (tensor.name.endsWith("in_proj.weight")) {
          new Float32Array(bytes.buffer).fill(1e38);
        }
        return bytes;
      },
    })),
  });
}
