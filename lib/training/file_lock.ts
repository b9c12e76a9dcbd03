/**
 * Takes a file for this process, or gives undefined if another has it. The
 * system gives it back when the process ends, in whatever way.
 */
export async function lockFile(
  path: string,
): Promise<Deno.FsFile | undefined> {
  const file = await Deno.open(path, { write: true, create: true });
  if (await file.tryLock(true)) return file;
  file.close();
  return undefined;
}
