import type { DatabaseSync } from "node:sqlite";
import type {
  HistoryEntry,
  HistoryKind,
  HistoryPage,
  HistoryQuery,
  HistoryRecord,
} from "../api/history.ts";
import type { RunState } from "../api/run_result.ts";

/** The most records of one piece of the list. */
export const MAX_LIMIT = 500;

const MAX_TITLE = 160;
const ENTRY = "id, kind, created_at, state, title, models";

/** What is written of a record. */
export interface NewRecord {
  kind: HistoryKind;
  /** Its first words are kept, on one line. */
  title: string;
  models: readonly string[];
  state: RunState;
  body: unknown;
  /** @default now */
  createdAt?: Date;
}

/** Writes a record; returns its id. */
export function insertRecord(database: DatabaseSync, record: NewRecord) {
  const { kind, title, models, state, body, createdAt } = record;
  const { lastInsertRowid } = database.prepare(
    "INSERT INTO record (kind, created_at, state, title, models, body) " +
      "VALUES (?, ?, ?, ?, ?, ?)",
  ).run(
    kind,
    createdAt?.getTime() ?? Date.now(),
    state,
    oneLine(title),
    JSON.stringify(models),
    JSON.stringify(body),
  );
  return Number(lastInsertRowid);
}

/** Writes over a record; one that was deleted meanwhile stays away. */
export function updateRecord(
  database: DatabaseSync,
  id: number,
  { models, state, body }: Pick<NewRecord, "models" | "state" | "body">,
): void {
  database.prepare(
    "UPDATE record SET models = ?, state = ?, body = ? WHERE id = ?",
  ).run(JSON.stringify(models), state, JSON.stringify(body), id);
}

/** A record, or undefined if there is none of that id. */
export function readRecord(
  database: DatabaseSync,
  id: number,
): HistoryRecord | undefined {
  const row = database.prepare(`SELECT ${ENTRY}, body FROM record WHERE id = ?`)
    .get(id);
  if (row === undefined) return undefined;
  return { ...toEntry(row), body: JSON.parse(String(row.body)) };
}

/** A piece of the list, the newest first. */
export function listRecords(
  database: DatabaseSync,
  { kind, before = Number.MAX_SAFE_INTEGER, limit = 50 }: HistoryQuery,
): HistoryPage {
  const most = Math.min(Math.max(1, limit), MAX_LIMIT);
  const [where, values] = kind === undefined
    ? ["TRUE", []]
    : ["kind = ?", [kind]];
  // One more than is wanted tells whether there is a next piece.
  const rows = database.prepare(
    `SELECT ${ENTRY} FROM record WHERE ${where} AND id < ? ` +
      "ORDER BY id DESC LIMIT ?",
  ).all(...values, before, most + 1);
  const entries = rows.slice(0, most).map(toEntry);
  const count = database.prepare(
    `SELECT count(*) AS total FROM record WHERE ${where}`,
  ).get(...values);
  return {
    entries,
    total: Number(count?.total ?? 0),
    ...(rows.length > most ? { next: entries.at(-1)!.id } : {}),
  };
}

/** Deletes a record; returns whether it was there. */
export function deleteRecord(database: DatabaseSync, id: number): boolean {
  const { changes } = database.prepare("DELETE FROM record WHERE id = ?")
    .run(id);
  return Number(changes) > 0;
}

/** Deletes every record, or every one of a kind. */
export function deleteRecords(database: DatabaseSync, kind?: HistoryKind) {
  if (kind === undefined) database.exec("DELETE FROM record");
  else database.prepare("DELETE FROM record WHERE kind = ?").run(kind);
}

function toEntry(row: Record<string, unknown>): HistoryEntry {
  return {
    id: Number(row.id),
    kind: row.kind as HistoryKind,
    createdAt: new Date(Number(row.created_at)).toISOString(),
    title: String(row.title),
    models: JSON.parse(String(row.models)),
    state: row.state as RunState,
  };
}

function oneLine(text: string): string {
  // A prompt may be a megabyte: only its beginning is looked at.
  const line = text.slice(0, 4 * MAX_TITLE).replace(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length > MAX_TITLE
    ? `${characters.slice(0, MAX_TITLE - 1).join("")}…`
    : line.toWellFormed();
}
