import { type CompareVote, MAX_COLUMNS } from "../../api/compare.ts";
import { invalidArgument, showValue } from "../../api/invalid_argument.ts";

/**
 * The vote in a request's JSON.
 *
 * @throws {MambaError} `invalid_argument`
 */
export function parseVote(json: unknown): CompareVote {
  const { vote } = typeof json === "object" && json !== null
    ? json as { vote?: unknown }
    : {};
  if (vote === "tie") return vote;
  if (
    typeof vote === "number" && Number.isInteger(vote) && vote >= 0 &&
    vote < MAX_COLUMNS
  ) return vote;
  const hint = 'Give a column, from 0 on, or "tie".';
  throw invalidArgument("vote", `${showValue(vote)} is not one`, hint);
}
