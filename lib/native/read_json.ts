import { callNative } from "./native_error.ts";

/**
 * Calls a function that writes JSON: once if the text fits the room, else for
 * the size and then for the text.
 */
export function readJson(
  call: (
    json: Uint8Array<ArrayBuffer>,
    capacity: bigint,
    needed: BigUint64Array<ArrayBuffer>,
    error: Uint8Array<ArrayBuffer>,
    errorCapacity: bigint,
  ) => number,
  room = 0,
): unknown {
  const needed = BigUint64Array.of(BigInt(room));
  let json: Uint8Array<ArrayBuffer>;
  do {
    json = new Uint8Array(Number(needed[0]));
    callNative((error, capacity) =>
      call(json, BigInt(json.length), needed, error, capacity)
    );
  } while (needed[0]! > json.length);
  const text = json.subarray(0, Number(needed[0]) - 1);
  return JSON.parse(new TextDecoder().decode(text));
}
