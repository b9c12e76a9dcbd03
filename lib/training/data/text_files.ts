import { extname, join } from "node:path";
import { MambaError } from "../../api/mamba_error.ts";

/** A file with documents. */
export interface TextFile {
  path: string;
  /** Bytes. */
  size: number;
  /** JSON lines instead of text. */
  isJsonLines: boolean;
}

const JSON_LINES = ".jsonl";
const IN_FOLDERS = [".txt", ".md", JSON_LINES];

/**
 * The files of paths, in their order; those of a folder and of the folders in
 * it by name. Of folders only .txt, .md and .jsonl files are taken, and
 * neither hidden files nor links to other folders.
 *
 * @throws {MambaError} `not_found`, `permission`; `invalid_argument` for a
 * folder without such files
 */
export async function listTextFiles(
  paths: readonly string[],
): Promise<TextFile[]> {
  const lists = await Promise.all(paths.map(listPath));
  return lists.flat();
}

async function listPath(path: string): Promise<TextFile[]> {
  try {
    const { isDirectory, size } = await Deno.stat(path);
    if (!isDirectory) return [toTextFile(path, size)];
    const files = await listFolder(path);
    if (files.length > 0) return files;
  } catch (cause) {
    throw cannotRead(path, cause);
  }
  throw new MambaError(
    "invalid_argument",
    `Cannot read ${path}: no file in it is called ${IN_FOLDERS.join(", ")}`,
    { hint: "Give the files themselves, or rename them." },
  );
}

async function listFolder(folder: string): Promise<TextFile[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const files: TextFile[] = [];
  for (const { name, isDirectory } of entries.sort(byName)) {
    if (name.startsWith(".")) continue;
    const path = join(folder, name);
    if (isDirectory) files.push(...await listFolder(path));
    else if (IN_FOLDERS.includes(extname(name).toLowerCase())) {
      const { isFile, size } = await Deno.stat(path);
      if (isFile) files.push(toTextFile(path, size));
    }
  }
  return files;
}

/** By code units: the same order whatever the language of the machine. */
function byName(a: Deno.DirEntry, b: Deno.DirEntry): number {
  return a.name < b.name ? -1 : 1;
}

function toTextFile(path: string, size: number): TextFile {
  const isJsonLines = extname(path).toLowerCase() === JSON_LINES;
  return { path, size, isJsonLines };
}

/** An error of the file system in our words; others stay. */
export function cannotRead(path: string, cause: unknown): unknown {
  if (cause instanceof Deno.errors.NotFound) {
    return new MambaError(
      "not_found",
      `Cannot read ${path}: there is no such file or folder`,
      { hint: "Give text files, .jsonl files or folders of them.", cause },
    );
  }
  if (
    cause instanceof Deno.errors.PermissionDenied ||
    cause instanceof Deno.errors.NotCapable
  ) {
    return new MambaError(
      "permission",
      `Cannot read ${path}: it may not be read`,
      { hint: "Run with --allow-read for it, or change its mode.", cause },
    );
  }
  return cause;
}
