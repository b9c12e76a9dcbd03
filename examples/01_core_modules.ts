/**
 * The parts of a language model by themselves: both blocks, run over whole
 * sequences and one element at a time, and a small model of random weights.
 *
 * `deno task example 01_core_modules`
 *
 * @module
 */
import { Mamba, Mamba2, MambaError, MambaLMHeadModel } from "../lib/mod.ts";
import { readFlags } from "./_flags.ts";
import { randomNumbers } from "./_random.ts";
import { runExample } from "./_run.ts";

/** What a block is shown with. */
interface Showing {
  /** (batch, length, dModel), row-major. */
  x: Float32Array;
  batch: number;
  length: number;
  dModel: number;
  /** The shape of the block's ssm_state. */
  ssmState: number[];
}

/** Sums in another order differ in the last bits of a float32. */
const TOLERANCE = 1e-4;
const D_CONV = 4;
const HEADDIM = 64;

await runExample(async () => {
  const { batch, length, "d-model": dModel } = readFlags({
    batch: 8,
    length: 1024,
    "d-model": 512,
  });
  const random = randomNumbers(0);
  const x = Float32Array.from(
    { length: batch * length * dModel },
    () => 2 * random() - 1,
  );

  const input = { x, batch, length, dModel };
  const dInner = 2 * dModel;

  await using mamba = new Mamba({ dModel, dState: 16, dConv: D_CONV });
  await showBlock("Mamba", mamba, { ...input, ssmState: [dInner, 16] });
  await using mamba2 = new Mamba2({
    dModel,
    dState: 64,
    dConv: D_CONV,
    headdim: HEADDIM,
  });
  const heads = dInner / HEADDIM;
  await showBlock("Mamba2", mamba2, {
    ...input,
    ssmState: [heads, HEADDIM, 64],
  });
  await showModel("Mamba1");
  await showModel("Mamba2");
});

/** Runs a block over whole sequences, and over the first one in steps. */
async function showBlock(
  name: string,
  block: Mamba | Mamba2,
  { x, batch, length, dModel, ssmState }: Showing,
): Promise<void> {
  console.log(name);
  for (const [parameter, { shape }] of block.parameters()) {
    console.log(`  ${parameter.padEnd(16)} ${shapeText(shape)}`);
  }
  const shape = shapeText([batch, length, dModel]);
  console.log(`  forward          ${shape} → ${shape}`);
  const size = length * dModel;
  const y = new Float32Array(x.length);
  for (let i = 0; i < batch; i++) {
    const rows = x.subarray(i * size, (i + 1) * size);
    y.set(await block.forward(rows), i * size);
  }

  // All that the block remembers of a sequence, however long that is.
  using state = block.createState();
  let difference = 0;
  for (let t = 0; t < length; t++) {
    const row = [t * dModel, (t + 1) * dModel] as const;
    const one = await block.step(x.subarray(...row), state);
    difference = Math.max(difference, furthest(one, y.subarray(...row)));
  }
  const one = shapeText([dModel]);
  const channels = state.layer(0).convState.length / D_CONV;
  console.log(`  step             ${one} → ${one}, ${length} times`);
  console.log(`  conv_state       ${shapeText([channels, D_CONV])}`);
  console.log(`  ssm_state        ${shapeText(ssmState)}`);
  report(difference, y.subarray(0, size));
}

/** A model with random weights: ids in, logits out. */
async function showModel(layer: "Mamba1" | "Mamba2"): Promise<void> {
  const config = {
    dModel: 64,
    nLayer: 2,
    vocabSize: 100,
    ssmCfg: { layer },
  };
  await using model = await MambaLMHeadModel.random(config, { seed: 1 });
  const ids = [3, 1, 4, 1, 5, 9, 2, 6];
  const { logits } = await model.forward(ids);
  const vocabulary = model.config.paddedVocabSize;
  console.log(`MambaLMHeadModel of ${layer}`);
  console.log(`  parameters       ${model.parameterCount}`);
  console.log(
    `  forward          ${shapeText([ids.length])} → ` +
      shapeText([ids.length, vocabulary]),
  );

  using state = model.createState();
  let difference = 0;
  for (const [t, id] of ids.entries()) {
    const { logits: one } = await model.forward([id], { state });
    const all = logits.subarray(t * vocabulary, (t + 1) * vocabulary);
    difference = Math.max(difference, furthest(one, all));
  }
  report(difference, logits);
}

/** The largest distance between numbers at the same place. */
function furthest(a: Float32Array, b: Float32Array): number {
  return a.reduce((far, value, i) => Math.max(far, Math.abs(value - b[i]!)), 0);
}

function report(difference: number, values: Float32Array): void {
  const largest = furthest(values, new Float32Array(values.length));
  const relative = difference / largest;
  console.log(
    `  forward − step   at most ${difference.toExponential(1)}, ` +
      `${relative.toExponential(1)} of the largest value`,
  );
  if (relative <= TOLERANCE) return;
  throw new MambaError(
    "numeric",
    "Cannot go on: stepping gives other values than forward",
  );
}

function shapeText(shape: readonly number[]): string {
  return `(${shape.join(", ")})`;
}
