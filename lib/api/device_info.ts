/** The backends of the native library. */
export type DeviceName = "metal" | "cpu" | "reference";

/** The formats that weights can be kept in. */
export type DtypeName = "f32" | "f16" | "bf16" | "q8" | "q4";

/** Every {@linkcode DeviceName}, best first. */
export const DEVICE_NAMES: readonly DeviceName[] = [
  "metal",
  "cpu",
  "reference",
];

/** Every {@linkcode DtypeName}. */
export const DTYPE_NAMES: readonly DtypeName[] = [
  "f32",
  "f16",
  "bf16",
  "q8",
  "q4",
];
