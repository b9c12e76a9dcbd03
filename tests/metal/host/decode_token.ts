/**
 * Decodes a token on a simulated GPU, drawn there too, with models of a named
 * shape that have one and two layers, and prints what it took:
 * `decode_token.ts mamba-130m f16 [sequences]`
 */
import { SHAPES } from "../../../lib/bench/shapes.ts";
import type { DtypeName } from "../../../lib/api/device_info.ts";
import { MambaLMHeadModel } from "../../../lib/mod.ts";
import { decode } from "../../../lib/native/decode.ts";
import { NativeSampler } from "../../../lib/native/sampler.ts";
import { found, profile } from "./simulator.ts";

const [name = "", dtype = "f32", sequences = "1"] = Deno.args;
const config = SHAPES[name]!;

for (const nLayer of [1, 2]) {
  await using model = await MambaLMHeadModel.random(
    { ...config, nLayer },
    { seed: 1, device: "metal", dtype: dtype as DtypeName },
  );
  const states = Array.from(
    { length: Number(sequences) },
    () => model.native.createState(),
  );
  const samplers = states.map((_, seed) =>
    new NativeSampler({
      vocabSize: config.vocabSize,
      temperature: 0.8,
      topK: 0,
      topP: 0.95,
      minP: 0,
      repetitionPenalty: 1,
      presencePenalty: 0,
      frequencyPenalty: 0,
      repetitionWindow: 0,
      seed: BigInt(seed),
      biasIds: new Uint32Array(),
      biasValues: new Float32Array(),
    }, 0)
  );
  const parts = states.map((state, i) => ({
    state,
    sampler: samplers[i]!,
    token: 7 + i,
    drawIndex: 0,
  }));
  const kernels = await profile(() => decode(model.native, parts, 1));
  for (const one of [...states, ...samplers]) one[Symbol.dispose]();
  const { weightBytes, stateBytes } = model;
  console.log(
    JSON.stringify({ kernels, weightBytes, stateBytes, found: found() }),
  );
}
