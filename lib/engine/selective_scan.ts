import { MambaError } from "../api/mamba_error.ts";
import { type DeviceChoice, getDevice } from "../native/device.ts";
import { runSelectiveScan } from "../native/measure.ts";
import { computeLane } from "./compute_lane.ts";
import { threadCount } from "./model_options.ts";

/** Input of {@linkcode selectiveScan}; arrays are row-major. */
export interface SelectiveScanInput {
  /** (batch, dim, length) */
  u: Float32Array;
  /** (batch, dim, length) */
  delta: Float32Array;
  /** (dim, dState) */
  A: Float32Array;
  /** (batch, dState, length) */
  B: Float32Array;
  /** (batch, dState, length) */
  C: Float32Array;
  /** (dim) */
  D?: Float32Array;
  /** (batch, dim, length) */
  z?: Float32Array;
  /** (dim) */
  deltaBias?: Float32Array;
  /** Applies softplus to delta. @default false */
  deltaSoftplus?: boolean;
  /** (batch, dim, dState). @default zeros */
  initialState?: Float32Array;
  /** @default 1 */
  batch?: number;
  dim: number;
  length: number;
  dState: number;
  /** @default "auto" */
  device?: DeviceChoice;
  /** @default all cores */
  threads?: number;
}

/** Output of {@linkcode selectiveScan}. */
export interface SelectiveScanOutput {
  /** (batch, dim, length) */
  out: Float32Array<ArrayBuffer>;
  /** (batch, dim, dState), after the last element. */
  lastState: Float32Array<ArrayBuffer>;
}

/**
 * The selective scan alone, as `selective_scan_fn` of the official code has it
 * (Gu & Dao 2023, arXiv:2312.00752, eq. 2 and algorithm 2):
 *
 *     dt = softplus(delta + deltaBias)
 *     h  = exp(dt A) h + dt B u
 *     y  = (C h + D u) · silu(z)
 *
 * @throws {MambaError} `invalid_argument` naming an array of the wrong length
 */
export async function selectiveScan(
  input: SelectiveScanInput,
): Promise<SelectiveScanOutput> {
  const { dim, length, dState } = input;
  const batch = input.batch ?? 1;
  checkLengths(input, batch);
  const device = getDevice(input.device).name;
  const threads = threadCount(input.threads);
  const out = new Float32Array(batch * dim * length);
  const lastState = new Float32Array(batch * dim * dState);
  if (input.initialState !== undefined) lastState.set(input.initialState);
  for (let b = 0; b < batch; b++) {
    /** Element b of a (batch, rows, length) array, as (length, rows). */
    const rowsOf = (array: Float32Array, rows: number) =>
      transpose(array.subarray(b * rows * length), rows, length);
    const y = new Float32Array(dim * length);
    const state = lastState.subarray(b * dim * dState, (b + 1) * dim * dState);
    await computeLane.run(() =>
      runSelectiveScan(
        {
          deltaSoftplus: input.deltaSoftplus ?? false,
          length,
          channels: dim,
          dState,
          u: rowsOf(input.u, dim),
          delta: rowsOf(input.delta, dim),
          A: Float32Array.from(input.A),
          B: rowsOf(input.B, dState),
          C: rowsOf(input.C, dState),
          D: input.D === undefined ? null : Float32Array.from(input.D),
          z: input.z === undefined ? null : rowsOf(input.z, dim),
          deltaBias: input.deltaBias === undefined
            ? null
            : Float32Array.from(input.deltaBias),
          state,
          out: y,
        },
        device,
        threads,
      )
    );
    out.set(transpose(y, length, dim), b * dim * length);
  }
  return { out, lastState };
}

/** (rows, columns) → (columns, rows) */
function transpose(
  array: Float32Array,
  rows: number,
  columns: number,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      result[c * rows + r] = array[r * columns + c]!;
    }
  }
  return result;
}

function checkLengths(input: SelectiveScanInput, batch: number): void {
  const { dim, length, dState } = input;
  for (const [field, size] of Object.entries({ batch, dim, length, dState })) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new MambaError(
        "invalid_argument",
        `Cannot scan: ${field} is ${size}, not a positive integer`,
        { field },
      );
    }
  }
  const expected: [keyof SelectiveScanInput, number][] = [
    ["u", batch * dim * length],
    ["delta", batch * dim * length],
    ["A", dim * dState],
    ["B", batch * dState * length],
    ["C", batch * dState * length],
    ["D", dim],
    ["z", batch * dim * length],
    ["deltaBias", dim],
    ["initialState", batch * dim * dState],
  ];
  for (const [field, wanted] of expected) {
    const array = input[field] as Float32Array | undefined;
    if (array !== undefined && array.length !== wanted) {
      throw new MambaError(
        "invalid_argument",
        `Cannot scan: ${field} has ${array.length} numbers, its shape needs ${wanted}`,
        { field },
      );
    }
  }
}
