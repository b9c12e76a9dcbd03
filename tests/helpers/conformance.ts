/**
 * Reads conformance cases: checkpoints with golden logits, states and ids made
 * by an independent float64 implementation (`tests/fixtures/make_fixtures.py`,
 * and the larger set beside the checkout when it is there).
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A reference into one of a case's blobs. */
export interface GoldenArray {
  file: string;
  /** In bytes. */
  offset: number;
  shape: number[];
}

/** One prompt of a case with what must come out. */
export interface GoldenPrompt {
  ids: number[];
  /** (ids, padded vocabulary) */
  logits: GoldenArray;
  /** One per layer, after the prompt. */
  states: { conv_state: GoldenArray; ssm_state: GoldenArray }[];
  /** 24 ids, argmax over ids below vocab_size. */
  greedy: number[];
  /** 24 ids, argmax over the padded vocabulary. */
  greedy_unrestricted: number[];
  /** (24, padded vocabulary): row 0 follows the prompt, row i greedy[i-1]. */
  step_logits: GoldenArray;
}

/** What training sees: the loss is the mean cross entropy over all logits. */
export interface GoldenTraining {
  ids: number[];
  /** The id that follows each. */
  targets: number[];
  loss: number;
  /** By tensor: the gradient of the loss. */
  grads: Record<string, GoldenArray>;
}

/** A case's `goldens.json`. */
export interface Goldens {
  case: string;
  vocab_size: number;
  padded_vocab_size: number;
  prompts: GoldenPrompt[];
  /** Only some cases of the larger set have it. */
  train?: GoldenTraining;
}

/** A checkpoint with goldens. */
export interface ConformanceCase {
  name: string;
  /** Holds goldens.json and the blobs. */
  directory: string;
  /** Every directory with this model: state-spaces form, transformers form, .bin. */
  checkpoints: string[];
}

const ROOT = new URL("../../", import.meta.url);

/** Tolerance for logits and states, relative to each array's maximum. */
export const TOLERANCE = 1e-4;

/** Every case: the project's own, and the larger set if it is there. */
export function conformanceCases(): ConformanceCase[] {
  const fixtures = fileURLToPath(new URL("tests/fixtures", ROOT));
  const oracle = oracleDirectory();
  const parents = oracle === undefined ? [fixtures] : [fixtures, oracle];
  return parents.flatMap((parent) =>
    [...Deno.readDirSync(parent)]
      .map(({ name }) => ({ name, directory: join(parent, name) }))
      .filter(({ directory }) => exists(join(directory, "goldens.json")))
      .map((found) => ({
        ...found,
        checkpoints: ["", "hf", "bin"].map((form) =>
          join(found.directory, form)
        ).filter((directory) => exists(join(directory, "config.json"))),
      }))
  ).sort((a, b) => a.name < b.name ? -1 : 1);
}

/** The larger set of cases, if it is there (`MAMBA_ORACLE`). */
export function oracleDirectory(): string | undefined {
  const path = Deno.env.get("MAMBA_ORACLE") ??
    fileURLToPath(new URL("../shared/oracle", ROOT));
  return exists(path) ? path : undefined;
}

/** A case's goldens, with a reader of its blobs. */
export class GoldenReader {
  readonly goldens: Goldens;
  readonly #directory: string;
  readonly #blobs = new Map<string, ArrayBuffer>();

  constructor(directory: string) {
    this.#directory = directory;
    this.goldens = JSON.parse(
      Deno.readTextFileSync(join(directory, "goldens.json")),
    );
  }

  read({ file, offset, shape }: GoldenArray): Float32Array {
    let blob = this.#blobs.get(file);
    if (blob === undefined) {
      blob = Deno.readFileSync(join(this.#directory, file)).buffer;
      this.#blobs.set(file, blob);
    }
    return new Float32Array(blob, offset, shape.reduce((a, b) => a * b, 1));
  }
}

/**
 * Throws unless two arrays agree within `tolerance` of the expected one's
 * largest magnitude. NaN never agrees.
 */
export function assertClose(
  actual: Float32Array,
  expected: Float32Array,
  what: string,
  tolerance = TOLERANCE,
): void {
  if (actual.length !== expected.length) {
    throw new Error(
      `${what}: ${actual.length} numbers, expected ${expected.length}`,
    );
  }
  let largest = 0;
  for (const value of expected) largest = Math.max(largest, Math.abs(value));
  const allowed = tolerance * (largest || 1);
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!(difference <= allowed)) {
      throw new Error(
        `${what}[${i}]: ${actual[i]}, expected ${
          expected[i]
        } within ${allowed}`,
      );
    }
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
