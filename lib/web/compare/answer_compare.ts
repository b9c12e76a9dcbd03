import type {
  CompareEvent,
  CompareRecord,
  CompareRequest,
} from "../../api/compare.ts";
import { CompareGatherer } from "../../api/compare_gatherer.ts";
import type { ApiError } from "../../api/generate_event.ts";

/** A comparison that was waited for. */
export interface ComparedForm {
  record: CompareRecord;
  /** The record's id, if it is kept. */
  id?: number;
  /** Why it is not, although it was to be. */
  unkept?: ApiError;
}

/** Waits for the end of a comparison, for pages without scripts. */
export async function gatherComparison(
  request: CompareRequest,
  events: AsyncIterable<CompareEvent>,
): Promise<ComparedForm> {
  const gatherer = new CompareGatherer(request.columns.length);
  let unkept: ApiError | undefined;
  for await (const event of events) {
    gatherer.add(event);
    if (event.type === "unkept") unkept = event.error;
  }
  const columns = gatherer.end();
  const { id, seed = 0 } = gatherer;
  return {
    record: { request: { ...request, seed }, columns },
    ...(id === undefined ? {} : { id }),
    ...(unkept === undefined ? {} : { unkept }),
  };
}
