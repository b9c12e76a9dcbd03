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

/** All votes by model, who won most first. */
export function readTally(database: DatabaseSync): TallyRow[] {
  return database.prepare(
    `SELECT model,
       sum(outcome = 'won') AS won,
       sum(outcome = 'tied') AS tied,
       sum(outcome = 'lost') AS lost
     FROM vote GROUP BY model ORDER BY won DESC, lost, model LIMIT 20`,
  ).all().map(({ model, won, tied, lost }) => ({
    model: String(model),
    won: Number(won),
    tied: Number(tied),
    lost: Number(lost),
  }));
}
