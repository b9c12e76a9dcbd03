/**
 * A process that loads a model, works with it a little, and tells what that
 * took: `load_process.ts <JSON of LoadTask>` prints the JSON of LoadFigures.
 * It imports nothing from npm, so that it runs without a configuration.
 *
 * @module
 */
import type { DtypeName } from "../api/device_info.ts";
import { loadWeights } from "../engine/load_weights.ts";
import { storedDtype } from "../engine/model_options.ts";
import { openLibrary } from "../native/library.ts";
import { openLlama } from "../native/llama_library.ts";
import { openCheckpoint } from "../weights/mod.ts";
import { someTokens } from "./contender.ts";
import { LlamaContender } from "./peers/llama_contender.ts";

/** Who loads what. */
export interface LoadTask {
  device: string;
  threads: number;
  /** Ours: a checkpoint's directory, and the format to keep it in. */
  directory?: string;
  dtype?: DtypeName;
  /** The peer's: where its libraries are, and a GGUF file. */
  libraries?: string;
  file?: string;
}

/** What loading took. */
export interface LoadFigures {
  /** From the call to a model that takes tokens. */
  milliseconds: number;
  /** The same with a first token's logits: what is mapped is read by then. */
  firstToken: number;
  /**
   * The most memory of the process, at work with the model, also while weights
   * go to large pages.
   */
  peakBytes: number;
}

// What the memory is asked after: a prompt of one step, then a few tokens.
const PROMPT = 512;
const TEXT = 8;

type Times = Omit<LoadFigures, "peakBytes">;

async function loadOurs(
  { device, threads, directory, dtype }: LoadTask,
): Promise<Times> {
  openLibrary();
  const start = performance.now();
  const checkpoint = await openCheckpoint(directory!);
  const keep = storedDtype(dtype);
  const model = await loadWeights(checkpoint, { device, threads, keep });
  const milliseconds = performance.now() - start;
  const vocabSize = checkpoint.config.paddedVocabSize;
  const logits = new Float32Array(vocabSize);
  const state = model.createState();
  const ids = someTokens(PROMPT, vocabSize);
  const feed = (tokens: Uint32Array) =>
    model.forward([{ state, tokens, logits: 1 }], logits);
  await feed(ids.subarray(0, 1));
  const firstToken = performance.now() - start;
  await feed(ids);
  for (let i = 0; i < TEXT; i++) await feed(ids.subarray(i, i + 1));
  return { milliseconds, firstToken };
}

async function loadPeers(
  { device, threads, libraries, file }: LoadTask,
): Promise<Times> {
  const library = openLlama(libraries!);
  const start = performance.now();
  const model = await LlamaContender.open(library, file!, {
    threads,
    sequences: 1,
    gpu: device === "metal",
  });
  const milliseconds = performance.now() - start;
  const feed = (kind: "pp" | "tg", tokens: number) =>
    model.run({ kind, tokens, sequences: 1, depth: 0 });
  await feed("tg", 1);
  const firstToken = performance.now() - start;
  await feed("pp", PROMPT);
  await feed("tg", TEXT);
  return { milliseconds, firstToken };
}

/** The most memory that this process has had, or has now. */
function peakBytes(): number {
  if (Deno.build.os !== "linux") return Deno.memoryUsage().rss;
  const status = Deno.readTextFileSync("/proc/self/status");
  return 1024 * Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1]);
}

if (import.meta.main) {
  const task: LoadTask = JSON.parse(Deno.args[0] ?? "{}");
  const load = task.libraries === undefined ? loadOurs : loadPeers;
  const times = await load(task);
  const figures: LoadFigures = { ...times, peakBytes: peakBytes() };
  console.log(JSON.stringify(figures));
  // Giving everything back is not measured.
  Deno.exit(0);
}
