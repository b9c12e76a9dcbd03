import type { BenchmarkRequest } from "../../api/benchmark.ts";
import {
  BENCHMARK_DEFAULTS,
  parseBenchmarkRequest,
} from "../../api/benchmark_request.ts";

/** What the page calls each option. */
export const BENCHMARK_LABELS: ReadonlyMap<string, string> = new Map([
  ["models", "Models"],
  ["shapes", "Shapes with random weights"],
  ["device", "Device"],
  ["dtypes", "Formats of the weights"],
  ["tests", "Tests"],
  ["batches", "Texts written together"],
  ["depths", "Tokens seen before"],
  ["threads", "Threads"],
  ["repetitions", "Repetitions"],
  ["results", "Results of llama-bench"],
]);

/** Lists of the form, each a set of boxes of one name. */
export const LISTS = ["models", "shapes", "dtypes", "tests"] as const;
const NUMBER_LISTS = ["batches", "depths"] as const;

/** What stands in the form. */
export interface BenchmarkValues
  extends Record<typeof LISTS[number] | typeof NUMBER_LISTS[number], string[]> {
  device: string;
  /** Numbers with commas; empty = what the device takes by itself. */
  threads: string;
  repetitions: string;
}

/** The form of a request; without one, that of a first visit. */
export function valuesOfRequest(
  request: BenchmarkRequest = { ...BENCHMARK_DEFAULTS },
): BenchmarkValues {
  const { device, threads, repetitions } = request;
  return {
    models: request.models,
    shapes: request.shapes,
    dtypes: request.dtypes,
    tests: request.tests,
    batches: request.batches.map(String),
    depths: request.depths.map(String),
    device,
    threads: threads.join(", "),
    repetitions: String(repetitions),
  };
}

/** A posted form. */
export function valuesFromFields(fields: URLSearchParams): BenchmarkValues {
  const all = (name: string) => fields.getAll(name);
  return {
    models: all("models"),
    shapes: all("shapes"),
    dtypes: all("dtypes"),
    tests: all("tests"),
    batches: all("batches"),
    depths: all("depths"),
    device: fields.get("device") ?? "auto",
    threads: fields.get("threads") ?? "",
    repetitions: fields.get("repetitions") ?? "",
  };
}

/**
 * The request that a form stands for.
 *
 * @throws {MambaError} `invalid_argument` with the control's name as `field`
 */
export function requestFromValues(values: BenchmarkValues): BenchmarkRequest {
  const { threads, repetitions } = values;
  return parseBenchmarkRequest({
    ...values,
    batches: values.batches.map(toNumber),
    depths: values.depths.map(toNumber),
    threads: threads.split(",").filter((word) => word.trim() !== "")
      .map(toNumber),
    repetitions: repetitions.trim() === ""
      ? BENCHMARK_DEFAULTS.repetitions
      : toNumber(repetitions),
  });
}

/** What is no number stays as it is, to be named. */
function toNumber(text: string): number | string {
  return /^\s*\d+\s*$/.test(text) ? Number(text) : text;
}
