import { MambaError, type MambaErrorCode } from "../api/mamba_error.ts";

/** `mamba_status` of mamba.h, by value. */
const CODES: readonly MambaErrorCode[] = [
  "internal", // MAMBA_OK is no error
  "invalid_argument",
  "out_of_memory",
  "invalid_checkpoint",
  "unsupported",
  "numeric",
  "internal",
];

const HINTS: Partial<Record<MambaErrorCode, string>> = {
  out_of_memory: "Close other models, or use a smaller model or dtype.",
  numeric:
    "The model's numbers overflowed: try dtype f32 or bf16, and check the checkpoint.",
};

const ERROR_BYTES = 2048;

/** One call's error text: a buffer of its own, because calls may overlap. */
export class ErrorBuffer {
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(ERROR_BYTES);
  readonly capacity = BigInt(ERROR_BYTES);

  /** Throws the error that `status` and the text tell of, if it is one. */
  check(status: number): void {
    if (status === 0) return;
    const end = this.bytes.indexOf(0);
    const text = new TextDecoder().decode(
      this.bytes.subarray(0, end < 0 ? this.bytes.length : end),
    );
    const code = CODES[status] ?? "internal";
    const hint = HINTS[code];
    throw new MambaError(
      code,
      text || `The native library failed with status ${status}`,
      hint === undefined ? {} : { hint },
    );
  }
}

/** Error texts of synchronous calls: they cannot overlap, so one does. */
const shared = new ErrorBuffer();

/**
 * Runs a synchronous native call and throws its error.
 *
 * @param call gets the error buffer and its capacity as the C function wants them
 */
export function callNative(
  call: (error: Uint8Array<ArrayBuffer>, capacity: bigint) => number,
): void {
  shared.bytes[0] = 0;
  shared.check(call(shared.bytes, shared.capacity));
}

/** Runs a non-blocking native call and throws its error. */
export async function callNativeAsync(
  call: (
    error: Uint8Array<ArrayBuffer>,
    capacity: bigint,
  ) => number | Promise<number>,
): Promise<void> {
  const error = new ErrorBuffer();
  error.check(await call(error.bytes, error.capacity));
}
