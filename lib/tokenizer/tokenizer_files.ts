import { basename, dirname, join } from "node:path";
import { cannotLoad } from "../api/load_error.ts";

/** The file that a tokenizer is read from. */
export const TOKENIZER_NAME = "tokenizer.json";

/** Says which token ends a text. */
export const CONFIG_NAME = "tokenizer_config.json";

/** What other libraries want beside the two. */
const MAP_NAME = "special_tokens_map.json";

/** The largest ones that people publish have 30 MB. */
const MAX_BYTES = 32 << 20;

/** Vocabularies of 200,000 tokens have 1.6 million; each may take 50 bytes. */
const MAX_VALUES = 2_000_000;

/** A tokenizer's files as they were read. */
export interface TokenizerFiles {
  /** The path of tokenizer.json. */
  path: string;
  /** File name → contents; {@linkcode TOKENIZER_NAME} is always there. */
  contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/**
 * Reads tokenizer.json and what lies beside it.
 *
 * @param path of the file or of its directory
 * @throws {MambaError} `not_found` if tokenizer.json is not there
 */
export async function readTokenizerFiles(
  path: string,
): Promise<TokenizerFiles> {
  const file = await isDirectory(path) ? join(path, TOKENIZER_NAME) : path;
  const main = await readIfThere(file);
  if (main === undefined) {
    throw cannotLoad(file, "it is not there", {
      code: "not_found",
      hint: `Give a directory with a ${TOKENIZER_NAME}, or such a file.`,
    });
  }
  const contents = new Map([[TOKENIZER_NAME, main]]);
  for (const name of [CONFIG_NAME, MAP_NAME]) {
    const bytes = await readIfThere(join(dirname(file), name));
    if (bytes !== undefined) contents.set(name, bytes);
  }
  return { path: file, contents };
}

/**
 * Writes the files into a directory, each under another name first, so that
 * none is ever half there. One of the names that is not among them goes.
 */
export async function writeTokenizerFiles(
  directory: string,
  { contents }: TokenizerFiles,
): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  for (const [name, bytes] of contents) {
    const path = join(directory, name);
    const partial = `${path}.${crypto.randomUUID()}.partial`;
    try {
      await Deno.writeFile(partial, bytes);
      await Deno.rename(partial, path);
    } catch (error) {
      await removeIfThere(partial);
      throw error;
    }
  }
  for (const name of [CONFIG_NAME, MAP_NAME]) {
    if (!contents.has(name)) await removeIfThere(join(directory, name));
  }
}

/**
 * Parses a file's JSON.
 *
 * @throws {MambaError} `invalid_checkpoint`
 */
export function parseJson(bytes: Uint8Array, path: string): unknown {
  // Before parsing, which could take 30 times the file's size in memory.
  if (countMarks(bytes) > MAX_VALUES) {
    throw cannotLoad(path, `it has more than ${MAX_VALUES} values`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw cannotLoad(path, "it is not UTF-8 text", { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw cannotLoad(path, "it is not valid JSON", { cause });
  }
}

/** Commas and opening brackets: no JSON has more values than these and one. */
function countMarks(bytes: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === 0x2c || byte === 0x5b || byte === 0x7b) count++;
  }
  return count;
}

async function isDirectory(path: string): Promise<boolean> {
  if (basename(path) === TOKENIZER_NAME) return false;
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw explain(error, path);
  }
}

async function readIfThere(
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw cannotLoad(path, "it is not a file");
    if (size > MAX_BYTES) {
      throw cannotLoad(path, `it is larger than ${MAX_BYTES >> 20} MiB`);
    }
    return await Deno.readFile(path);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw explain(error, path);
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory;
}

/** An error of the file system in our words; others stay. */
function explain(error: unknown, path: string): unknown {
  const forbidden = error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.PermissionDenied;
  if (!forbidden) return error;
  return cannotLoad(path, "it may not be read", {
    code: "permission",
    hint: "Run with --allow-read for its directory, or change its mode.",
    cause: error,
  });
}
