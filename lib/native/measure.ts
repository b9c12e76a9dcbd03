import { openLibrary } from "./library.ts";
import { callNativeAsync } from "./native_error.ts";
import { cString, type NativeScan, packScan } from "./structs.ts";

/**
 * Measures the memory's read bandwidth.
 *
 * @param bytes size of the buffer: well above the caches
 * @param threads 0 = all cores
 * @param seconds about how long
 * @returns the best pass, in bytes per second
 */
export async function measureBandwidth(
  bytes: number,
  threads: number,
  seconds: number,
): Promise<number> {
  const out = new Float64Array(1);
  await callNativeAsync((error, capacity) =>
    openLibrary().symbols.mamba_measure_bandwidth(
      BigInt(bytes),
      threads,
      seconds,
      out,
      error,
      capacity,
    )
  );
  return out[0]!;
}

/** What {@linkcode measurePeak} counts: two for each multiply-add. */
export type PeakKind = "f32" | "int8";

/**
 * Measures the processor's arithmetic, in registers alone.
 *
 * @param threads 0 = all cores
 * @param seconds about how long
 * @returns the best pass, in operations per second
 */
export async function measurePeak(
  kind: PeakKind,
  threads: number,
  seconds: number,
): Promise<number> {
  const out = new Float64Array(1);
  await callNativeAsync((error, capacity) =>
    openLibrary().symbols.mamba_measure_peak(
      kind === "f32" ? 0 : 1,
      threads,
      seconds,
      out,
      error,
      capacity,
    )
  );
  return out[0]!;
}

/** Runs `mamba_selective_scan`; the arrays' lengths are the caller's duty. */
export async function runSelectiveScan(
  scan: NativeScan,
  device: string,
  threads: number,
): Promise<void> {
  const packed = packScan(scan);
  const name = cString(device);
  await callNativeAsync((error, capacity) =>
    openLibrary().symbols.mamba_selective_scan(
      packed,
      name,
      threads,
      error,
      capacity,
    )
  );
  // The struct only holds addresses: this keeps the arrays alive until now.
  void scan.out.length;
}
