import {
  benchTests,
  MOST_BENCH_SEQUENCES,
  MOST_BENCH_TOKENS,
} from "./bench.ts";
import type { BenchmarkRequest } from "./benchmark.ts";
import { DEVICE_NAMES, DTYPE_NAMES } from "./device_info.ts";
import { invalidArgument, showValue } from "./invalid_argument.ts";
import { MambaError } from "./mamba_error.ts";

/** What is measured where a request does not say. */
export const BENCHMARK_DEFAULTS: Readonly<BenchmarkRequest> = {
  models: [],
  shapes: [],
  device: "auto",
  dtypes: ["stored"],
  tests: ["pp128", "pp512", "tg128"],
  batches: [1],
  depths: [0],
  threads: [],
  repetitions: 3,
};

/** The formats that a benchmark can be asked for. */
export const BENCHMARK_DTYPES = ["stored", ...DTYPE_NAMES] as const;

/** The most repetitions of one benchmark. */
export const MOST_REPETITIONS = 100;

/** The most entries of one list of a request. */
const MOST_ENTRIES = 32;

/**
 * Checks a benchmark's JSON, and puts the defaults in.
 *
 * @throws {MambaError} `invalid_argument` naming the field
 */
export function parseBenchmarkRequest(json: unknown): BenchmarkRequest {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new MambaError(
      "invalid_argument",
      "Cannot read the request: it is not a JSON object",
      { hint: 'Send an object like {"shapes": ["mamba-130m"]}.' },
    );
  }
  const unknown = Object.keys(json)
    .find((name) => !Object.hasOwn(BENCHMARK_DEFAULTS, name));
  if (unknown !== undefined) {
    throw invalidArgument(unknown, "there is no such option");
  }
  const request = { ...BENCHMARK_DEFAULTS, ...json } as BenchmarkRequest;
  for (const name of ["models", "shapes"] as const) checkTexts(request, name);
  if (request.models.length + request.shapes.length === 0) {
    const hint = "Choose a model, or a shape with random weights.";
    throw invalidArgument("models", "nothing was chosen", hint);
  }
  checkWords("dtypes", request.dtypes, BENCHMARK_DTYPES);
  checkWords("device", [request.device], ["auto", ...DEVICE_NAMES]);
  checkNumbers("batches", request.batches, [1, MOST_BENCH_SEQUENCES]);
  checkNumbers("depths", request.depths, [0, MOST_BENCH_TOKENS]);
  checkNumbers("threads", request.threads, [1, 256]);
  checkNumbers("repetitions", [request.repetitions], [1, MOST_REPETITIONS]);
  for (const name of ["dtypes", "tests", "batches", "depths"] as const) {
    if (request[name].length > 0) continue;
    throw invalidArgument(name, "nothing was chosen", "Choose one at least.");
  }
  checkTests(request);
  return request;
}

function checkTests(request: BenchmarkRequest): void {
  checkTexts(request, "tests");
  const { tests: names, depths, batches } = request;
  if (benchTests({ names, depths, batches }) !== undefined) return;
  throw invalidArgument(
    "tests",
    `${names.map(showValue).join(", ")}: not all of them are one`,
    "Each is pp or tg and a number of tokens, such as pp512, of " +
      `${MOST_BENCH_TOKENS} at most.`,
  );
}

function checkTexts(
  request: BenchmarkRequest,
  name: "models" | "shapes" | "tests",
): void {
  const list: unknown = request[name];
  checkList(name, list);
  const wrong = list.find((text) => typeof text !== "string");
  if (wrong === undefined) return;
  throw invalidArgument(name, `${showValue(wrong)} is not a text`);
}

function checkWords(
  field: string,
  list: unknown,
  known: readonly string[],
): void {
  checkList(field, list);
  const wrong = list.find((word) => !known.includes(word as string));
  if (wrong === undefined) return;
  const hint = `Use ${known.join(", ")}.`;
  throw invalidArgument(field, `${showValue(wrong)} is not one`, hint);
}

function checkNumbers(
  field: string,
  list: unknown,
  [least, most]: readonly [number, number],
): void {
  checkList(field, list);
  const wrong = list.find((value) =>
    !Number.isInteger(value) || value as number < least ||
    value as number > most
  );
  if (wrong === undefined) return;
  throw invalidArgument(
    field,
    `${showValue(wrong)} is not an integer from ${least} to ${most}`,
  );
}

function checkList(field: string, list: unknown): asserts list is unknown[] {
  if (!Array.isArray(list) || list.length > MOST_ENTRIES) {
    const reason = `${showValue(list)} is no list of at most ${MOST_ENTRIES}`;
    throw invalidArgument(field, reason);
  }
  if (new Set(list).size === list.length) return;
  throw invalidArgument(field, "something is in it twice");
}
