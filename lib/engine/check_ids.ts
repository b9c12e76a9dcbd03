import { MambaError } from "../api/mamba_error.ts";

/**
 * A caller's ids as native code wants them.
 *
 * @param field what the caller calls them
 * @param size rows of the embedding
 * @throws {MambaError} `invalid_argument` naming the first that is none
 */
export function checkIds(
  ids: ArrayLike<number>,
  field: string,
  size: number,
): Uint32Array<ArrayBuffer> {
  const tokens = new Uint32Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (!Number.isInteger(id) || id < 0 || id >= size) {
      throw new MambaError(
        "invalid_argument",
        `Cannot use ${field}[${i}] = ${id}: ids are integers from 0 to ${
          size - 1
        }`,
        { field },
      );
    }
    tokens[i] = id;
  }
  return tokens;
}
