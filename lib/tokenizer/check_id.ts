import { MAX_ID_COUNT } from "./merge_table.ts";
import { cannotLoad } from "../api/load_error.ts";
import { show } from "./tokenizer_error.ts";

/** Refuses what is not a whole number below {@linkcode MAX_ID_COUNT}. */
export function checkId(id: unknown, where: string, path: string): number {
  if (
    typeof id !== "number" || !Number.isInteger(id) || id < 0 ||
    id >= MAX_ID_COUNT
  ) {
    throw cannotLoad(
      path,
      `${where} is ${show(id)}, not an integer from 0 to ${MAX_ID_COUNT - 1}`,
    );
  }
  return id;
}
