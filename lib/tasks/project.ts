import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the checkout: two folders above this file. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** A path below the root of the checkout. */
export function inProject(...parts: string[]): string {
  return join(ROOT, ...parts);
}

/** One line for the person at the terminal; the output proper stays clean. */
export function tell(line: string) {
  console.error(line);
}

/** The SHA-256 of the parts, each kept apart from the next, in hexadecimal. */
export async function digest(
  parts: Iterable<string | Uint8Array>,
): Promise<string> {
  const encoder = new TextEncoder();
  const hashes: Uint8Array[] = [];
  for (const part of parts) {
    const bytes = typeof part === "string" ? encoder.encode(part) : part;
    const hash = await crypto.subtle.digest(
      "SHA-256",
      bytes as Uint8Array<ArrayBuffer>,
    );
    hashes.push(new Uint8Array(hash));
  }
  const all = new Uint8Array(hashes.length * 32);
  hashes.forEach((hash, index) => all.set(hash, index * 32));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all)).toHex();
}

/** The file's text, or undefined if there is no such file. */
export async function readTextIfThere(
  path: string,
): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Writes a file at once or not at all, whoever else writes it meanwhile. */
export async function writeWhole(path: string, content: string) {
  await Deno.mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${crypto.randomUUID().slice(0, 8)}`;
  await Deno.writeTextFile(draft, content);
  await Deno.rename(draft, path);
}

/**
 * Does something that only one process at a time may do; others wait. The
 * system frees the lock of a process that ends in whatever way.
 *
 * @param path the lock's file, made if it is not there
 */
export async function exclusively<T>(
  path: string,
  work: () => Promise<T>,
): Promise<T> {
  await Deno.mkdir(dirname(path), { recursive: true });
  using file = await Deno.open(path, { write: true, create: true });
  await file.lock(true);
  return await work();
}
