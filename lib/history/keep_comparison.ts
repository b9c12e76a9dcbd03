import {
  columnLabel,
  type CompareEvent,
  type CompareRecord,
  type CompareRequest,
  type CompareVote,
} from "../api/compare.ts";
import { CompareGatherer, stateOf } from "../api/compare_gatherer.ts";
import { invalidArgument } from "../api/invalid_argument.ts";
import type { RecordKeeper } from "./record_keeper.ts";

/** Passes a comparison's events on and keeps them, however it ends. */
export async function* keepComparison(
  keeper: RecordKeeper,
  request: CompareRequest,
  events: AsyncIterable<CompareEvent>,
): AsyncGenerator<CompareEvent, void, undefined> {
  const gatherer = new CompareGatherer(request.columns.length);
  const models = request.columns.map(columnLabel);
  const record = (columns = gatherer.results): CompareRecord => ({
    request: {
      ...request,
      ...(gatherer.seed === undefined ? {} : { seed: gatherer.seed }),
    },
    columns,
  });
  try {
    for await (const event of events) {
      gatherer.add(event);
      const begins = event.type === "begin";
      if (begins) {
        const title = request.prompt;
        keeper.begin({ kind: "compare", title, models, body: record() });
      }
      yield event;
      if (!begins) continue;
      const { id, error } = keeper;
      if (id !== undefined) yield { type: "kept", id };
      else if (error !== undefined) yield { type: "unkept", error };
    }
  } finally {
    const columns = gatherer.end();
    keeper.end({ models, state: stateOf(columns), body: record(columns) });
  }
}

/**
 * What a vote means for each model of a comparison. Columns of one model
 * compete under one name: it wins if any of them does.
 *
 * @throws {MambaError} `invalid_argument` for a column that is not there
 */
export function outcomesOf(
  { request: { columns } }: CompareRecord,
  vote: CompareVote,
): Map<string, "won" | "tied" | "lost"> {
  const winner = vote === "tie" ? undefined : columns[vote];
  if (vote !== "tie" && winner === undefined) {
    throw invalidArgument("vote", `there is no column ${vote}`);
  }
  const best = winner && columnLabel(winner);
  return new Map(
    columns.map(columnLabel).map((label) => [
      label,
      best === undefined ? "tied" : label === best ? "won" : "lost",
    ]),
  );
}
