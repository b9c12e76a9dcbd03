import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertMatch,
  assertRejects,
} from "@std/assert";
import { join } from "node:path";
import {
  type DeviceChoice,
  loadTokenizer,
  MambaError,
  MambaLMHeadModel,
  readRunLog,
  Trainer,
} from "../../lib/mod.ts";
import { LAYERS, someIds, TINY_CONFIGS } from "../helpers/tiny_models.ts";
import {
  eventsOf,
  gather,
  tinyDataset,
  tinyRun,
  withFolder,
} from "../helpers/tiny_training.ts";
import { MAMBA1 } from "../cli/fixtures.ts";

const train = tinyDataset();
const validation = tinyDataset(4, { seed: 9 });

for (const layer of LAYERS) {
  for (const device of ["reference", "cpu"] as const) {
    Deno.test(`Trainer.run() learns one batch of ${layer} by heart on ${device}`, async () => {
      const rows = tinyDataset(2);
      await using trainer = await Trainer.create(
        tinyRun(layer, {
          device,
          steps: 60,
          batchSize: 2,
          learningRate: 0.02,
          weightDecay: 0,
          validationInterval: 0,
        }),
        { train: rows, validation: rows },
      );
      const events = await gather(trainer.run());
      const { loss } = eventsOf(events, "validation").at(-1)!;
      assertLess(loss, 0.05);
      assertEquals(eventsOf(events, "end")[0]!.status, "done");
    });
  }
}

Deno.test("Trainer.run() tells everything in order", async () => {
  await withFolder(async (folder) => {
    await using trainer = await Trainer.create(tinyRun("Mamba1"), {
      folder,
      train,
      validation,
    });
    const events = await gather(trainer.run());
    assertEquals(
      events.map((event) => `${event.type} ${"step" in event && event.step}`),
      [
        "start 0",
        ...["step 1", "step 2", "step 3", "validation 3", "checkpoint 3"],
        ...["step 4", "step 5", "step 6", "validation 6", "checkpoint 6"],
        ...["step 7", "step 8", "validation 8", "checkpoint 8", "end 8"],
      ],
    );
    const [start] = eventsOf(events, "start");
    assertEquals([start!.steps, start!.tokensPerEpoch], [
      8,
      train.targetTokens,
    ]);
    assertEquals(start!.trainable, start!.parameters);
    const steps = eventsOf(events, "step");
    assertAlmostEquals(steps.at(-1)!.epoch, 2.4, 1e-12);
    assertEquals(steps.at(-1)!.remainingSeconds, 0);
    const log = await readRunLog(folder);
    assertEquals(log.map(({ time: _, ...event }) => event), events);
  });
});

Deno.test("Trainer.run() measures loss, perplexity and bits per byte", async () => {
  await using trainer = await Trainer.create(tinyRun("Mamba2"), {
    train,
    validation,
  });
  const events = await gather(trainer.run());
  const figures = eventsOf(events, "validation").at(-1)!;
  assertEquals(figures.tokens, validation.targetTokens);
  assertAlmostEquals(figures.perplexity, Math.exp(figures.loss), 1e-9);
  assertAlmostEquals(
    figures.bitsPerByte!,
    figures.loss / Math.log(2) * validation.targetTokens /
      validation.targetBytes!,
    1e-9,
  );
  // The same from the logits of the model that came out.
  await using model = await trainer.model();
  let [sum, count] = [0, 0];
  for (let i = 0; i < validation.length; i++) {
    const { tokens, targets, counts } = validation.row(i);
    let at = 0;
    for (const length of counts) {
      const ids = tokens.subarray(at, at + length);
      const { logits } = await model.forward(ids);
      const size = model.config.paddedVocabSize;
      for (let j = 0; j < length; j++) {
        const target = targets[at + j]!;
        if (target >= size) continue;
        const row = [...logits.subarray(j * size, (j + 1) * size)];
        const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
        sum += Math.log(total) - row[target]!;
        count++;
      }
      at += length;
    }
  }
  assertEquals(count, figures.tokens);
  assertAlmostEquals(sum / count, figures.loss, 1e-5);
});

Deno.test("Trainer.run() makes steps as large as the micro-batches are small", async () => {
  const losses: number[][] = [];
  for (const microBatchSize of [1, 3]) {
    await using trainer = await Trainer.create(
      tinyRun("Mamba1", { microBatchSize }),
      { train },
    );
    const events = await gather(trainer.run());
    losses.push(eventsOf(events, "step").map(({ loss }) => loss));
  }
  const [one, three] = losses;
  one!.forEach((loss, i) => assertAlmostEquals(loss, three![i]!, 1e-4));
});

Deno.test("Trainer.run() leaves what is not trainable as it was", async () => {
  const options = tinyRun("Mamba1", { trainable: ["*.out_proj.*", "*.D"] });
  await using trainer = await Trainer.create(options, { train });
  await using before = await trainer.model();
  const [start] = eventsOf(await gather(trainer.run()), "start");
  await using after = await trainer.model();
  let changed = 0;
  for (const tensor of before.tensors()) {
    const [old, now] = [before, after]
      .map((model) => model.native.readTensor(tensor).toString());
    const isTrained = /out_proj|\.D$/.test(tensor.name);
    assertEquals(old !== now, isTrained, tensor.name);
    if (isTrained) changed += tensor.shape.reduce((a, b) => a * b, 1);
  }
  assertEquals(start!.trainable, changed);
});

Deno.test("Trainer.create() goes on from a checkpoint of any format", async () => {
  await withFolder(async (folder) => {
    await using model = await MambaLMHeadModel.random(TINY_CONFIGS.Mamba2, {
      seed: 3,
      dtype: "bf16",
    });
    const directory = join(folder, "model");
    await model.savePretrained(directory, { format: "transformers" });
    const { config: _, ...options } = tinyRun("Mamba2");
    await using trainer = await Trainer.create(
      { ...options, model: directory },
      { train },
    );
    await using first = await trainer.model();
    const ids = someIds(9);
    assertEquals(
      (await first.forward(ids)).logits,
      (await model.forward(ids)).logits,
    );
    const events = await gather(trainer.run());
    const losses = eventsOf(events, "step").map(({ loss }) => loss);
    assertLess(losses.at(-1)!, losses[0]!);
    // In the form that it came in, unless told otherwise.
    await trainer.savePretrained(join(folder, "tuned"), { dtype: "f16" });
    const config = Deno.readTextFileSync(join(folder, "tuned", "config.json"));
    assertMatch(config, /"model_type": "mamba2"/);
    await using tuned = await MambaLMHeadModel.fromPretrained(
      join(folder, "tuned"),
    );
    assertEquals([tuned.dtype, tuned.trained], ["f16", true]);
  });
});

Deno.test("Trainer.create() trains on texts with a tokenizer, and samples", async () => {
  await withFolder(async (folder) => {
    const text = join(folder, "tale.txt");
    const tale = "Once upon a time there was a miller who had three sons. ";
    await Deno.writeTextFile(text, tale.repeat(30));
    const options = {
      config: { d_model: 32, n_layer: 2 },
      tokenizer: MAMBA1,
      data: text,
      validation: text,
      rowLength: 32,
      batchSize: 4,
      steps: 60,
      learningRate: 0.02,
      validationInterval: 0,
      sampleInterval: 60,
      sampleTokens: 12,
      samplePrompts: ["Once upon a time", "who had"],
      saveDtype: "f16",
      seed: 1,
    } as const;
    const preparing: string[] = [];
    await using trainer = await Trainer.create(options, {
      folder: join(folder, "run"),
      onPreparing: (stage) => preparing.push(stage),
    });
    const tokenizer = await loadTokenizer(MAMBA1);
    assertEquals(trainer.config.vocabSize, tokenizer.vocabSize);
    const events = await gather(trainer.run());
    assertEquals([...new Set(preparing)], ["data", "validation"]);
    assertLess(eventsOf(events, "validation")[0]!.bitsPerByte!, 0.3);
    assertEquals(
      eventsOf(events, "sample").map(({ prompt }) => prompt),
      [...options.samplePrompts],
    );
    assertMatch(eventsOf(events, "sample")[0]!.text, /^ there was a mill/);
    await using made = await MambaLMHeadModel.fromPretrained(
      join(folder, "run", "model"),
    );
    assertEquals(made.dtype, "f16");
    const { text: said } = await made.generate("Once upon a time", {
      maxTokens: 6,
      temperature: 0,
    });
    assertMatch(said, /^ there was/);
  });
});

Deno.test("Trainer.create() refuses what cannot be trained", async () => {
  const wrong: [Parameters<typeof tinyRun>[1], RegExp][] = [
    [{ trainable: ["*.nothing"] }, /"\*\.nothing" fits no tensor/],
    [{ sampleInterval: 2 }, /samples need a tokenizer/],
    [{ device: "abacus" as DeviceChoice }, /"abacus"/],
    [{ microBatchSize: 2 ** 16, batchSize: 2 ** 16 }, /GB are free/],
  ];
  for (const [options, message] of wrong) {
    const error = await assertRejects(
      () =>
        Trainer.create(tinyRun("Mamba1", options), {
          train: options?.microBatchSize === undefined
            ? train
            : tinyDataset(1, { rowLength: 2000 }),
        }),
      MambaError,
    );
    assertMatch(error.message, message);
    assert(error.hint !== undefined);
  }
  await assertRejects(
    () => Trainer.create(tinyRun("Mamba1")),
    MambaError,
    "Cannot use data: it is missing",
  );
});
