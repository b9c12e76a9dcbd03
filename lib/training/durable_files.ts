import { dirname } from "node:path";

/** Writes a small file under another name, and gives it its name whole. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const partial = `${path}.${crypto.randomUUID()}.partial`;
  await Deno.writeTextFile(partial, text, { createNew: true });
  await sync(partial);
  await Deno.rename(partial, path);
  await sync(dirname(path));
}

/** Makes sure that a file, or a folder's list of names, is on the disk. */
export async function sync(path: string): Promise<void> {
  using file = await Deno.open(path);
  await file.sync();
}

/** Removes a file or folder, if it is there. */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
