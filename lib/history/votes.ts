import type { DatabaseSync } from "node:sqlite";
import type { TallyRow } from "../api/history.ts";

/** Keeps who won a comparison; a vote before this one is forgotten. */
export function writeVote(
  database: DatabaseSync,
  record: number,
  outcomes: ReadonlyMap<string, "won" | "tied" | "lost">,
): void {
  database.prepare("DELETE FROM vote WHERE record = ?").run(record);
  const insert = database.prepare(
    "INSERT INTO vote (record, model, outcome) VALUES (?, ?, ?)",
  );
  for (const [model, outcome] of outcomes) insert.run(record, model, outcome);
}

/** The most models that a tally has. */
const MAX_ROWS = 20;

/** All votes by model, who won most first. */
export function readTally(database: DatabaseSync): TallyRow[] {
  const rows = new Map<string, TallyRow>();
  // In the order of its index: grouping needs no sorting.
  const counts = database.prepare(
    "SELECT model, outcome, count(*) AS count FROM vote GROUP BY model, outcome",
  ).all();
  for (const { model, outcome, count } of counts) {
    const name = String(model);
    const row = rows.get(name) ?? { model: name, won: 0, tied: 0, lost: 0 };
    row[outcome as "won" | "tied" | "lost"] = Number(count);
    rows.set(name, row);
  }
  return [...rows.values()]
    .sort((a, b) => b.won - a.won || a.lost - b.lost)
    .slice(0, MAX_ROWS);
}
