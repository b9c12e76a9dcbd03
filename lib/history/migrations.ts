/**
 * The schema, as the steps that led to it. A file's `user_version` says how
 * many it has gone; a step that was ever released is never changed.
 */
export const MIGRATIONS: readonly string[] = [
  // AUTOINCREMENT: an id in an address must not name another record later.
  // The body comes last, so that lists do not read over it.
  `CREATE TABLE record (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     kind TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     state TEXT NOT NULL,
     title TEXT NOT NULL,
     models TEXT NOT NULL,
     body TEXT NOT NULL
   ) STRICT;
   CREATE INDEX record_by_kind ON record (kind, id);`,
  // One row for each model that took part in a comparison with a vote.
  `CREATE TABLE vote (
     record INTEGER NOT NULL REFERENCES record (id) ON DELETE CASCADE,
     model TEXT NOT NULL,
     outcome TEXT NOT NULL CHECK (outcome IN ('won', 'tied', 'lost')),
     PRIMARY KEY (record, model)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX vote_by_model ON vote (model, outcome);`,
];
