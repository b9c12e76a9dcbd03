import type { BenchEvent, BenchTest } from "../api/bench.ts";
import type { DtypeName } from "../api/device_info.ts";
import { MambaError } from "../api/mamba_error.ts";
import type { LlamaLibrary } from "../native/llama_library.ts";
import { measureBandwidth, measurePeak } from "../native/measure.ts";
import { BareModel } from "./bare_model.ts";
import { CaseRows, type Limits } from "./case_rows.ts";
import { type Contender, differenceOf, someTokens } from "./contender.ts";
import { measureLoad } from "./measure_load.ts";
import type { FormatFiles, ModelFiles } from "./model_files.ts";
import { LlamaContender } from "./peers/llama_contender.ts";
import type { BenchOptions } from "./run_bench.ts";
import { ServedModel } from "./served_model.ts";

/** Another engine, opened. */
export interface Peer {
  library: LlamaLibrary;
  /** Where its libraries are. */
  directory: string;
  version: string;
}

/** One model in one format with a number of threads. */
export interface BenchCase {
  files: ModelFiles;
  dtype: DtypeName | undefined;
  threads: number;
  peer: Peer | undefined;
  /** Whether loading can be measured. */
  loads: boolean;
}

/** How far a peer's logits in f32 may be from ours, relative to the largest. */
const TOLERANCE = 1e-3;

/** Workers that have nothing to do sleep by then. */
const REST_MS = 5;

/** Seconds that each of the machine's limits is measured for, each time. */
const LIMIT_SECONDS = 0.2;

/** Measures one case. */
export async function* benchCase(
  each: BenchCase,
  options: BenchOptions,
): AsyncGenerator<BenchEvent, void, void> {
  const { files, threads, peer } = each;
  const { device, signal, repetitions } = options;
  yield progress(each, "preparing its files");
  const format = await files.checkpoint(each.dtype);
  const rows = new CaseRows({ model: files.name, threads, device });
  let file: string | undefined;
  {
    await using served = await ServedModel.open(format.directory, {
      ...format,
      device,
      threads,
    });
    const dtype = each.dtype ?? served.model.dtype;
    await using bare = new BareModel(served.model);
    await bare.settle();
    await bare.verify();
    yield { type: "model", model: rows.describe(bare, dtype) };

    file = peer && await files.gguf(dtype);
    await using other = await openOther(each, file, options);
    if (other !== undefined) yield* check(each, dtype, { bare, other });
    const who = { bare, other, served };
    for (let i = 0; i <= repetitions; i++) {
      yield progress(each, `repetition ${i} of ${repetitions}`);
      // The first of each only warms up.
      await repeat(who, options, i === 0 ? undefined : rows);
      signal.throwIfAborted();
      rows.limit(await measureLimits(threads, options));
    }
  }
  if (each.loads) {
    for (let i = 0; i <= repetitions; i++) {
      yield progress(each, `loading ${i} of ${repetitions}`);
      signal.throwIfAborted();
      // The first brings the files into the system's cache.
      await repeatLoad(
        each,
        { device, format, file },
        i === 0 ? undefined : rows,
      );
    }
  }
  yield { type: "limits", limits: rows.limits() };
  for (const row of rows.rows()) yield { type: "row", row };
}

function progress(each: BenchCase, doing: string): BenchEvent {
  const { files, dtype = "as stored", threads } = each;
  const text = `${files.name}, ${dtype}, ${threads} threads: ${doing}`;
  return { type: "progress", text };
}

async function openOther(
  { peer, threads }: BenchCase,
  file: string | undefined,
  { tests, device }: BenchOptions,
): Promise<LlamaContender | undefined> {
  if (peer === undefined || file === undefined) return undefined;
  return await LlamaContender.open(peer.library, file, {
    threads,
    sequences: Math.max(1, ...tests.map(({ sequences }) => sequences)),
    gpu: device === "metal",
  });
}

interface Both {
  bare: BareModel;
  other: Contender;
}

/** The same tokens give the same logits, or another model is measured. */
async function* check(
  { files, threads }: BenchCase,
  dtype: string,
  { bare, other }: Both,
): AsyncGenerator<BenchEvent, void, void> {
  const tokens = someTokens(16, 256);
  const difference = differenceOf(
    await bare.logits(tokens),
    await other.logits(tokens),
  );
  const model = files.name;
  const peer = other.engine;
  yield { type: "check", check: { model, dtype, threads, peer, difference } };
  if (dtype !== "f32" || difference <= TOLERANCE) return;
  throw new MambaError(
    "numeric",
    `Cannot compare with ${peer}: its logits of ${model} in f32 are ` +
      `${difference.toPrecision(2)} of the largest apart`,
  );
}

interface Measured {
  bare: BareModel;
  other: Contender | undefined;
  served: ServedModel;
}

/** Each test by each engine, one right after the other. */
async function repeat(
  { bare, other, served }: Measured,
  { tests, http, signal }: BenchOptions,
  rows: CaseRows | undefined,
): Promise<void> {
  for (const test of tests) {
    for (const contender of other === undefined ? [bare] : [bare, other]) {
      signal.throwIfAborted();
      const milliseconds = await contender.run(test);
      rows?.test(test, contender, milliseconds);
      await rest();
    }
  }
  const text = http ? tests.find(isPlainText) : undefined;
  if (text === undefined) return;
  signal.throwIfAborted();
  rows?.http(text, bare, await served.decode(text.tokens));
  await rest();
}

/** A single text from its beginning: what a server writes. */
function isPlainText({ kind, sequences, depth }: BenchTest): boolean {
  return kind === "tg" && sequences === 1 && depth === 0;
}

function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, REST_MS));
}

async function measureLimits(
  threads: number,
  { bandwidthBytes }: BenchOptions,
): Promise<Limits> {
  return {
    bandwidth: await measureBandwidth(bandwidthBytes, threads, LIMIT_SECONDS),
    peakF32: await measurePeak("f32", threads, LIMIT_SECONDS),
    peakInt8: await measurePeak("int8", threads, LIMIT_SECONDS),
  };
}

async function repeatLoad(
  { peer, threads }: BenchCase,
  { device, format, file }: {
    device: string;
    format: FormatFiles;
    file: string | undefined;
  },
  rows: CaseRows | undefined,
): Promise<void> {
  const ours = await measureLoad({ ...format, device, threads });
  rows?.load("fresh-mamba", ours);
  if (peer === undefined || file === undefined) return;
  const libraries = peer.directory;
  rows?.load(
    "llama.cpp",
    await measureLoad({ libraries, file, device, threads }),
  );
}
