import {
  type BenchTest,
  benchTests,
  MOST_BENCH_SEQUENCES,
  MOST_BENCH_TOKENS,
} from "../api/bench.ts";
import { SHAPES } from "../bench/shapes.ts";
import { DEVICE_FLAGS } from "./device_flags.ts";
import type { Flags } from "./flags.ts";
import { UsageError } from "./usage_error.ts";

/** What is measured when nothing is named. */
export const DEFAULT_SHAPES = ["mamba-130m", "mamba2-130m"];

const DEFAULT_TESTS = "pp128,pp512,pp2048,tg128";
const DEFAULT_BATCHES = "1,4,8";

/** How a report is printed. */
export const FORMATS = ["markdown", "json", "csv"] as const;

/** The flags of `bench`. */
export const BENCH_FLAGS = {
  shape: {
    type: "choice",
    choices: Object.keys(SHAPES),
    placeholder: "name",
    multiple: true,
    description: "random weights of this shape: " +
      Object.keys(SHAPES).join(", "),
    default: DEFAULT_SHAPES.join(" and "),
  },
  model: {
    type: "string",
    placeholder: "model",
    multiple: true,
    description: "a real model instead; it needs a tokenizer",
  },
  device: DEVICE_FLAGS.device,
  dtype: {
    ...DEVICE_FLAGS.dtype,
    multiple: true,
    description: "format of the weights",
    default: "f32, or a real model's own",
  },
  threads: { ...DEVICE_FLAGS.threads, multiple: true },
  tests: {
    type: "string",
    placeholder: "pp512,tg128",
    description: "prompts (pp) and texts (tg) of so many tokens",
    default: DEFAULT_TESTS,
  },
  batch: {
    type: "string",
    placeholder: "1,8",
    description: "texts that are written at once",
    default: DEFAULT_BATCHES,
  },
  depth: {
    type: "string",
    placeholder: "0,4096",
    description: "tokens that were read before each test",
    default: "0",
  },
  http: {
    type: "boolean",
    description: "leave the text over HTTP out",
    default: "on",
  },
  peers: {
    type: "boolean",
    description: "measure llama.cpp beside it, on the same weights; it is " +
      "installed from npm into the cache the first time",
  },
  repetitions: {
    type: "integer",
    min: 1,
    max: 1000,
    description: "how often each is measured, after one to warm up",
    default: "5",
  },
  "bandwidth-megabytes": {
    type: "integer",
    min: 1,
    max: 65536,
    description: "size of the memory whose reading is measured",
    default: "512",
  },
  kernels: {
    type: "boolean",
    description: "time the GPU's kernels for a decoded token; on the " +
      "checked simulator, count what they do",
  },
  together: {
    type: "boolean",
    description: "measure two to four --model as columns of the page " +
      "/compare: alone, and all at once",
  },
  format: {
    type: "choice",
    choices: FORMATS,
    description: "how to print it",
    default: "markdown",
  },
  json: { type: "boolean", description: "print JSON" },
} as const satisfies Flags;

/**
 * The tests that flags ask for.
 *
 * @throws {UsageError} for a name that is none, or a number out of range
 */
export function testsOf(
  { tests = DEFAULT_TESTS, batch = DEFAULT_BATCHES, depth = "0" }: {
    tests?: string | undefined;
    batch?: string | undefined;
    depth?: string | undefined;
  },
): BenchTest[] {
  const found = benchTests({
    names: tests.split(","),
    batches: integers("batch", batch, [1, MOST_BENCH_SEQUENCES]),
    depths: integers("depth", depth, [0, MOST_BENCH_TOKENS]),
  });
  if (found !== undefined) return found;
  throw new UsageError(
    `Cannot read --tests ${tests}: each is pp or tg and a number of tokens`,
    `For example ${DEFAULT_TESTS}, at most ${MOST_BENCH_TOKENS} tokens.`,
  );
}

function integers(
  name: string,
  text: string,
  [least, most]: readonly [number, number],
): number[] {
  const values = text.split(",").map((word) =>
    /^\d+$/.test(word) ? +word : NaN
  );
  if (values.every((value) => value >= least && value <= most)) return values;
  throw new UsageError(
    `Cannot read --${name} ${text}: it takes integers from ${least} to ` +
      `${most}, separated by commas`,
  );
}
