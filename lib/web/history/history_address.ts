import type { HistoryQuery } from "../../api/history.ts";

/** The address of a piece of the history's page. */
export function historyAddress({ kind, before }: HistoryQuery): string {
  const query = new URLSearchParams();
  if (kind !== undefined) query.set("kind", kind);
  if (before !== undefined) query.set("before", String(before));
  return query.size === 0 ? "/history" : `/history?${query}`;
}
