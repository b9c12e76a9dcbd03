import { join } from "node:path";
import type { DtypeName } from "../api/device_info.ts";
import { MambaLMHeadModel } from "../engine/mamba_lm_head_model.ts";
import type { DeviceChoice } from "../native/device.ts";
import { measureBandwidth } from "../native/measure.ts";
import { BareModel } from "./bare_model.ts";
import { medianOf, type Samples, summarize } from "./samples.ts";
import { ServedModel } from "./served_model.ts";
import { SHAPES } from "./shapes.ts";
import { syntheticTokenizer } from "./synthetic_tokenizer.ts";

/** Options of {@linkcode benchModel}. */
export interface BenchOptions {
  /** The device's name: "cpu", "reference" or "metal". */
  device: Exclude<DeviceChoice, "auto">;
  threads: number;
  /** The format of random weights. */
  dtype: DtypeName;
  /** Tokens of a prefill. */
  promptTokens: number;
  /** Tokens of a decode. */
  tokens: number;
  repetitions: number;
  /** Bytes of the buffer whose reading measures the bandwidth. */
  bandwidthBytes: number;
  /** Told what is being done. */
  onProgress: (text: string) => void;
  /** Checked between two measurements. */
  signal: AbortSignal;
}

/** What was measured of one model. Rates are tokens per second. */
export interface ModelReport {
  model: string;
  parameters: number;
  weightBytes: number;
  stateBytes: number;
  prefill: Samples;
  decode: Samples;
  /** Bytes per second that the machine reads, each time of other memory. */
  bandwidth: Samples;
  /** What a token needs to read and write. */
  bytesPerToken: number;
  /** Tokens per second at which the median bandwidth is used up. */
  decodeBound: number;
  /** The median decode as a share of the bound. */
  decodeShare: number;
  /** The whole path, through HTTP. */
  served: Samples;
  /** What the path adds to a token, in milliseconds: between the medians. */
  serverMs: number;
  /** The same as a share of a bare token's time. */
  serverShare: number;
}

/** Milliseconds of every repetition. */
type Measured = Record<"prefill" | "decode" | "served", number[]>;

/**
 * Measures a random model of a named shape. Its weights are written to a
 * temporary directory, from where a server loads them.
 */
export async function benchShape(
  name: string,
  options: BenchOptions,
): Promise<ModelReport> {
  const directory = await Deno.makeTempDir({ prefix: "fresh-mamba-bench-" });
  try {
    options.onProgress(`${name}: making random weights`);
    await writeRandomModel(name, directory, options);
    return { ...await benchDirectory(directory, options), model: name };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Measures the model in a directory. */
export async function benchDirectory(
  directory: string,
  options: BenchOptions,
): Promise<ModelReport> {
  const { device, threads, repetitions, promptTokens, tokens } = options;
  await using served = await ServedModel.open(directory, { device, threads });
  const bare = new BareModel(served.model);
  await bare.verify();

  // The first of each only warms up; then all kinds in turn, so that whatever
  // else the machine does meets them alike.
  const ms = { prefill: [], decode: [], served: [] } as Measured;
  const bandwidth: number[] = [];
  for (let i = 0; i <= repetitions; i++) {
    options.onProgress(`repetition ${i} of ${repetitions}`);
    for (
      const [kind, measure] of [
        ["prefill", () => bare.prefill(promptTokens)],
        ["decode", () => bare.decode(tokens)],
        ["served", () => served.decode(tokens)],
      ] as const
    ) {
      options.signal.throwIfAborted();
      const took = await measure();
      if (i > 0) ms[kind].push(took);
    }
    bandwidth.push(
      await measureBandwidth(options.bandwidthBytes, threads, 0.2),
    );
  }
  return report(directory, bare, bandwidth, ms, options);
}

function report(
  model: string,
  bare: BareModel,
  bandwidths: readonly number[],
  ms: Measured,
  { promptTokens, tokens }: BenchOptions,
): ModelReport {
  const rate = (count: number, times: number[]) =>
    summarize(times.map((time) => 1000 * count / time));
  const decode = rate(tokens, ms.decode);
  const bandwidth = summarize(bandwidths);
  const decodeBound = bandwidth.median / bare.bytesPerToken;
  const bareMs = medianOf(ms.decode) / tokens;
  const serverMs = medianOf(ms.served) / tokens - bareMs;
  return {
    model,
    parameters: bare.parameters,
    weightBytes: bare.weightBytes,
    stateBytes: bare.stateBytes,
    prefill: rate(promptTokens, ms.prefill),
    decode,
    bandwidth,
    bytesPerToken: bare.bytesPerToken,
    decodeBound,
    decodeShare: decode.median / decodeBound,
    served: rate(tokens, ms.served),
    serverMs,
    serverShare: serverMs / bareMs,
  };
}

async function writeRandomModel(
  name: string,
  directory: string,
  { device, threads, dtype }: BenchOptions,
): Promise<void> {
  const config = SHAPES[name]!;
  await using model = await MambaLMHeadModel.random(config, {
    seed: 1,
    device,
    threads,
    dtype,
  });
  await model.savePretrained(directory);
  await Deno.writeTextFile(
    join(directory, "tokenizer.json"),
    syntheticTokenizer(config.vocabSize),
  );
}
