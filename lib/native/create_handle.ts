import { callNative } from "./native_error.ts";

/**
 * Runs a synchronous native call that makes something, and throws its error.
 *
 * @param call gets the slot for the handle, the error buffer and its capacity
 * @returns the handle that the call wrote
 */
export function createHandle(
  call: (
    slot: BigUint64Array<ArrayBuffer>,
    error: Uint8Array<ArrayBuffer>,
    capacity: bigint,
  ) => number,
): Deno.PointerObject {
  const slot = new BigUint64Array(1);
  callNative((error, capacity) => call(slot, error, capacity));
  const pointer = Deno.UnsafePointer.create(slot[0] ?? 0n);
  if (pointer === null) throw new TypeError("Cannot use a null handle");
  return pointer;
}
