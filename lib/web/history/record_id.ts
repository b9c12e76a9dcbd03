import { MambaError } from "../../api/mamba_error.ts";

/** A record's id in an address; undefined for what is none. */
export function recordId(text: string | null | undefined): number | undefined {
  return text && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

/**
 * A record's id that has to be one.
 *
 * @throws {MambaError} `not_found`
 */
export function needRecordId(text: string | null | undefined): number {
  const id = recordId(text);
  if (id !== undefined) return id;
  throw new MambaError("not_found", "Cannot find a run without a number");
}
