import {
  HISTORY_KINDS,
  type HistoryQuery,
  isHistoryKind,
} from "../../api/history.ts";
import { invalidArgument, showValue } from "../../api/invalid_argument.ts";
import { recordId } from "./record_id.ts";

/**
 * Which piece of the history an address asks for.
 *
 * @throws {MambaError} `invalid_argument` naming the parameter
 */
export function historyQuery(parameters: URLSearchParams): HistoryQuery {
  const query: HistoryQuery = {};
  const kind = parameters.get("kind");
  if (kind) {
    if (!isHistoryKind(kind)) {
      const known = Object.keys(HISTORY_KINDS).join(", ");
      throw invalidArgument(
        "kind",
        `${showValue(kind)} is not one`,
        `Use ${known}.`,
      );
    }
    query.kind = kind;
  }
  for (const name of ["before", "limit"] as const) {
    const text = parameters.get(name);
    if (!text) continue;
    const number = recordId(text);
    if (number === undefined) {
      throw invalidArgument(
        name,
        `${showValue(text)} is not a number from 1 on`,
      );
    }
    query[name] = number;
  }
  return query;
}
