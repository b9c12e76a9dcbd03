/**
 * Trains new models on tasks that need a memory, with data made by this
 * program: each id one position late ("shift"), and selective copying ("copy").
 *
 * `deno task example 03_training`
 * `deno task example 03_training training.lr=3e-4 layers=Mamba2`
 * `deno task example 03_training examples/03_training_copy.json`
 *
 * @module
 */
import {
  type Dataset,
  type MambaLMHeadModel,
  NO_TARGET,
  Trainer,
} from "../lib/mod.ts";
import defaults from "./03_training.json" with { type: "json" };
import { lossCurve } from "./_loss_curve.ts";
import { RecallTask } from "./_recall_task.ts";
import { runExample, throwIfFailed } from "./_run.ts";
import { readSettings } from "./_settings.ts";

type Settings = typeof defaults;

await runExample(async () => {
  const settings = await readSettings(defaults, Deno.args);
  for (const layer of settings.layers) await train(layer, settings);
});

/** Trains a model of one architecture and reports on it. */
async function train(layer: string, settings: Settings): Promise<void> {
  const { task, seed, training } = settings;
  // The validation's rows have a seed of their own: nobody saw them before.
  const rows = (batches: number, seed: number) =>
    new RecallTask({
      task,
      rows: batches * training.batch_size,
      seqLen: settings.data.seq_len,
      vocabSize: settings.data.vocab_size,
      symbols: settings.data.symbols,
      seed,
    });
  const validation = rows(training.eval_batches, seed + 1);
  await using trainer = await Trainer.create({
    config: modelConfig(layer, settings),
    steps: training.steps,
    learningRate: training.lr,
    batchSize: training.batch_size,
    microBatchSize: training.batch_size,
    validationInterval: training.eval_every,
    seed,
    // A step whose loss jumps is left out, with a warning.
    continueOnSpike: true,
  }, { train: rows(training.steps, seed), validation });

  const losses: number[] = [];
  let leftOut = 0;
  for await (const event of trainer.run()) {
    if (event.type === "start") {
      console.log(`\n${task}, ${layer}: ${event.parameters} parameters`);
    }
    if (event.type === "warning") leftOut++;
    if (event.type === "validation") losses.push(event.loss);
    if (event.type === "end") {
      throwIfFailed(event);
      console.log(`${lossCurve(losses)}\n       steps 1 to ${event.step}`);
      console.log(`seconds         ${event.seconds.toFixed(1)}`);
      if (leftOut > 0) console.log(`steps left out  ${leftOut}`);
    }
  }
  await using model = await trainer.model();
  console.log(`validation loss ${losses.at(-1)?.toFixed(4)}`);
  console.log(`accuracy        ${await accuracy(model, validation)}`);
}

/** `config.json` of a new model. */
function modelConfig(layer: string, { model, data }: Settings) {
  const { d_model, n_layer, d_state, headdim } = model;
  const ssm_cfg = layer === "Mamba2"
    ? { layer, d_state: d_state.Mamba2, headdim }
    : { layer, d_state: d_state.Mamba1 };
  return { d_model, n_layer, vocab_size: data.vocab_size, ssm_cfg };
}

/** How often the likeliest id is the target. */
async function accuracy(
  model: MambaLMHeadModel,
  dataset: Dataset,
): Promise<string> {
  const { paddedVocabSize } = model.config;
  let right = 0;
  for (let i = 0; i < dataset.length; i++) {
    const { tokens, targets } = dataset.row(i);
    const { logits } = await model.forward(tokens);
    for (const [t, target] of targets.entries()) {
      if (target === NO_TARGET) continue;
      const at = t * paddedVocabSize;
      if (likeliest(logits.subarray(at, at + paddedVocabSize)) === target) {
        right++;
      }
    }
  }
  const percent = 100 * right / dataset.targetTokens;
  return `${percent.toFixed(2)} % (${right} of ${dataset.targetTokens})`;
}

function likeliest(logits: Float32Array): number {
  return logits.indexOf(Math.max(...logits));
}
