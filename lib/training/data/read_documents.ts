import { MambaError } from "../../api/mamba_error.ts";
import { LongWork } from "../../tokenizer/long_work.ts";
import { splitText } from "./split_text.ts";
import { cannotRead, listTextFiles, type TextFile } from "./text_files.ts";
import { utf8Pieces } from "./utf8_pieces.ts";

/** What is between documents in a text file. */
export const DOCUMENT_SEPARATOR = "<|endoftext|>";

/** One text that stands for itself: a story, an article, a program. */
export interface Document {
  /** Not empty. */
  text: string;
  /** Where it was read: a file, or a file and a line. */
  source: string;
}

/** Options of {@linkcode readDocuments}. */
export interface ReadDocumentsOptions {
  /** Called as files are read, with bytes. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal | undefined;
}

/**
 * The documents of files and folders, one after the other. In a text file
 * `<|endoftext|>` separates them, and the line breaks at a document's ends are
 * not part of it. In a `.jsonl` file each line is an object whose `text` is
 * one, as it is. Empty documents and empty lines are left out. Of a file no
 * more is in memory than a piece and the document that is being read.
 *
 * @throws {MambaError} `not_found`, `permission`, `aborted`,
 * `invalid_argument` for what is not UTF-8 (with the offset) or no JSON of
 * that kind (with the line), `too_large` for a document of 2^28 characters
 */
export async function* readDocuments(
  paths: string | readonly string[],
  options: ReadDocumentsOptions = {},
): AsyncGenerator<Document, void, void> {
  const files = await listTextFiles(
    typeof paths === "string" ? [paths] : paths,
  );
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const work = new LongWork(options.signal);
  let done = 0;
  for (const file of files) {
    const bytes = readPieces(file.path, async (length) => {
      done += length;
      options.onProgress?.(done, total);
      await work.pause();
    });
    const pieces = utf8Pieces(bytes, file.path);
    yield* (file.isJsonLines ? jsonLines : separated)(pieces, file);
  }
}

async function* readPieces(
  path: string,
  onRead: (length: number) => Promise<void>,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    const file = await Deno.open(path);
    for await (const piece of file.readable) {
      await onRead(piece.length);
      yield piece;
    }
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}

async function* separated(
  pieces: AsyncIterable<string>,
  { path }: TextFile,
): AsyncGenerator<Document, void, void> {
  const separator = DOCUMENT_SEPARATOR;
  for await (const part of splitText(pieces, { separator, path })) {
    const text = withoutLineBreaks(part);
    if (text !== "") yield { text, source: path };
  }
}

/** Without those at its ends. */
function withoutLineBreaks(text: string): string {
  const isBreak = (at: number) => text[at] === "\n" || text[at] === "\r";
  let start = 0;
  let end = text.length;
  while (start < end && isBreak(start)) start++;
  while (end > start && isBreak(end - 1)) end--;
  return text.slice(start, end);
}

async function* jsonLines(
  pieces: AsyncIterable<string>,
  { path }: TextFile,
): AsyncGenerator<Document, void, void> {
  let line = 0;
  for await (const part of splitText(pieces, { separator: "\n", path })) {
    const source = `${path}:${++line}`;
    if (part.trim() === "") continue;
    const text = textOfLine(part, source);
    if (text !== "") yield { text, source };
  }
}

function textOfLine(line: string, source: string): string {
  let value: { text?: unknown } | null;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw badLine(source, "the line is not JSON", cause);
  }
  const text = value?.text;
  if (typeof text === "string") return text;
  throw badLine(source, "the line has no text");
}

function badLine(source: string, reason: string, cause?: unknown): MambaError {
  return new MambaError(
    "invalid_argument",
    `Cannot read ${source}: ${reason}`,
    {
      hint: 'Each line is an object such as {"text": "Once upon a time"}.',
      cause,
    },
  );
}
