import { MambaError } from "../api/mamba_error.ts";
import type { Terminal } from "./terminal.ts";

/**
 * A whole text, as it is: a file's, or with `-` that of standard input.
 *
 * @throws {MambaError} `not_found`, `invalid_argument` for what is no text
 */
export async function readTextFile(
  path: string,
  terminal: Terminal,
): Promise<string> {
  if (path === "-") {
    if (terminal.interactive) terminal.note("Reading until Ctrl-D …");
    return await terminal.readAll();
  }
  const bytes = await readBytes(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new MambaError(
      "invalid_argument",
      `Cannot read ${path}: it is not UTF-8 text`,
      { cause: error },
    );
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    if (!missing && !(error instanceof Deno.errors.IsADirectory)) throw error;
    throw new MambaError(
      missing ? "not_found" : "invalid_argument",
      `Cannot read ${path}: ${
        missing ? "there is no such file" : "it is a directory"
      }`,
      {
        hint: "Give the path of a text file, or - for standard input.",
        cause: error,
      },
    );
  }
}
