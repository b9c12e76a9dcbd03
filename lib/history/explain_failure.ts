import { MambaError, type MambaErrorCode } from "../api/mamba_error.ts";

const AWAY = "move it and the files beside it whose names begin with its " +
  "own to another folder: a new history is begun then.";

/** SQLite's words, which are all that Deno passes on, and what they mean. */
const KNOWN: readonly {
  words: RegExp;
  code: MambaErrorCode;
  reason: string;
  hint: string;
}[] = [
  {
    words: /database (table )?is locked|database is busy/,
    code: "busy",
    reason: "another program holds it",
    hint: "Wait until that program is done with it, or end it.",
  },
  {
    words: /not a database|malformed|file is encrypted|no such (table|column)/,
    code: "damaged",
    reason: "it is damaged",
    hint: `Put a copy of it back, or ${AWAY}`,
  },
  {
    words: /readonly database|unable to open database file/,
    code: "permission",
    reason: "it cannot be opened to be written",
    hint: "Make the file and its folder writable for the server's user, or " +
      "set XDG_DATA_HOME to a folder that is.",
  },
  {
    words: /disk is full|disk I\/O error/,
    code: "damaged",
    reason: "the disk is full or faulty",
    hint: "Make room on the disk, and look whether it is sound.",
  },
];

/** What a failure of the history's file means, and what to do about it. */
export function explainFailure(error: unknown, path: string): unknown {
  if (error instanceof MambaError || !(error instanceof Error)) return error;
  const known = refused(error)
    ? KNOWN.find(({ code }) => code === "permission")
    : KNOWN.find(({ words }) => words.test(wordsOf(error)));
  if (known === undefined) return error;
  const { code, reason, hint } = known;
  return new MambaError(code, `Cannot use the history ${path}: ${reason}`, {
    hint,
    cause: error,
  });
}

function wordsOf(error: Error): string {
  // What SQLite took for sound was not the JSON that had been written.
  return error instanceof SyntaxError ? "malformed" : error.message;
}

function refused(error: Error): boolean {
  return error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.PermissionDenied ||
    ("code" in error && (error.code === "EACCES" || error.code === "EPERM"));
}
