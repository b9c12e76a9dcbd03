import type { BenchRow } from "../api/bench.ts";
import { testName } from "../api/bench.ts";
import { MambaError } from "../api/mamba_error.ts";
import { summarize } from "./samples.ts";

/**
 * The rows of what `llama-bench -o json` (or jsonl) wrote.
 *
 * @throws {MambaError} `invalid_argument` for text that is something else
 */
export function parseLlamaBench(text: string): BenchRow[] {
  const tests = parse(text);
  return tests.map((test, i) => {
    const where = `entry ${i + 1}`;
    if (typeof test !== "object" || test === null) {
      throw wrong(`${where} is no object`);
    }
    return toRow(test as Record<string, unknown>, where);
  });
}

function parse(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
    return [value];
  } catch {
    // One object a line, perhaps.
  }
  try {
    return text.split("\n").filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line));
  } catch (error) {
    throw wrong("it is no JSON", error);
  }
}

function toRow(test: Record<string, unknown>, where: string): BenchRow {
  const field = new Fields(test, where);
  const prompt = field.number("n_prompt");
  const text = field.number("n_gen");
  const depth = test.n_depth === undefined ? 0 : field.number("n_depth");
  const [name, dtype] = modelOf(field.string("model_type"));
  const plain = { sequences: 1, depth };
  return {
    engine: "llama.cpp",
    model: name,
    dtype,
    threads: field.number("n_threads"),
    backend: [test.backends, test.cpu_info]
      .filter((part) => typeof part === "string" && part !== "").join(": "),
    test: prompt > 0 && text > 0
      // A prompt with its continuation: llama-bench's own word for it.
      ? `pp${prompt}+tg${text}${depth > 0 ? ` @ d${depth}` : ""}`
      : testName(
        prompt > 0
          ? { kind: "pp", tokens: prompt, ...plain }
          : { kind: "tg", tokens: text, ...plain },
      ),
    unit: "tok/s",
    samples: samplesOf(test, field),
  };
}

/** All of them, or what older versions and other tools leave of them. */
function samplesOf(test: Record<string, unknown>, field: Fields) {
  const { samples_ts } = test;
  const complete = Array.isArray(samples_ts) && samples_ts.length > 0 &&
    samples_ts.every((sample) => typeof sample === "number");
  if (complete) return summarize(samples_ts);
  const mean = field.number("avg_ts");
  const deviation = field.number("stddev_ts");
  return { mean, median: mean, deviation, samples: [mean] };
}

/** `mamba 0.1B Q8_0` → its name, and ours of the format. */
function modelOf(type: string): [string, string] {
  const [, name, format] =
    /^(.*?) ?(?:all )?(F32|F16|BF16|Q8_0|Q4_0)$/.exec(type) ?? [];
  if (name === undefined || format === undefined) return [type, ""];
  return [name, format.replace(/_0$/, "").toLowerCase()];
}

/** Fields that must be there. */
class Fields {
  readonly #object: Record<string, unknown>;
  readonly #where: string;

  constructor(object: Record<string, unknown>, where: string) {
    this.#object = object;
    this.#where = where;
  }

  number(name: string): number {
    const value = this.#object[name];
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw wrong(`${name} of ${this.#where} is no number`);
  }

  string(name: string): string {
    const value = this.#object[name];
    if (typeof value === "string") return value;
    throw wrong(`${name} of ${this.#where} is no text`);
  }
}

function wrong(reason: string, cause?: unknown): MambaError {
  return new MambaError(
    "invalid_argument",
    `Cannot read the results of llama-bench: ${reason}`,
    { hint: "Write them with `llama-bench -o json`.", cause },
  );
}
