/**
 * Decodes tokens on a simulated GPU with and without a profile of the kernels'
 * times, and prints what the profile and the simulator have counted.
 */
import { benchKernelTimes } from "../../../lib/bench/bench_kernel_times.ts";
import { DecodeBatch } from "../../../lib/bench/decode_batch.ts";
import { SHAPES } from "../../../lib/bench/shapes.ts";
import { MambaLMHeadModel } from "../../../lib/mod.ts";
import { profileKernels } from "../../../lib/native/kernel_profile.ts";
import { timeKernels } from "../../../lib/native/kernel_times.ts";
import { counts, found } from "./simulator.ts";

/** Command buffers that the work takes. */
async function commandBuffers(body: () => Promise<unknown>): Promise<number> {
  const before = counts().commandBuffers;
  await body();
  return counts().commandBuffers - before;
}

for (const shape of ["mamba-tiny", "mamba2-tiny"]) {
  for (const batch of [1, 3]) {
    await using model = await MambaLMHeadModel.random(SHAPES[shape]!, {
      seed: 1,
      device: "metal",
      dtype: "f16",
    });
    using sequences = new DecodeBatch(model, batch);
    const before = await commandBuffers(() => sequences.decode(1));
    const counted = await profileKernels(() => sequences.decode(1));
    let timed = 0;
    const times = await timeKernels("metal", async () => {
      timed = await commandBuffers(() => sequences.decode(1));
    });
    const after = await commandBuffers(() => sequences.decode(1));
    const ofEight = await commandBuffers(() => sequences.decode(8));
    console.log(JSON.stringify({
      title: `${shape}, batch of ${batch}`,
      times,
      counted,
      commandBuffers: { before, timed, after, ofEight },
      found: found(),
    }));
  }
}

const report = await benchKernelTimes("mamba-tiny", {
  dtype: "f16",
  batch: 2,
  tokens: 11,
  onProgress: () => {},
  signal: new AbortController().signal,
});
console.log(JSON.stringify(report));
