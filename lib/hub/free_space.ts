import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { MambaError } from "../api/mamba_error.ts";

/**
 * The bytes that may still be written below a folder, which need not be there
 * yet; undefined where the system does not tell.
 */
export async function freeSpace(folder: string): Promise<number | undefined> {
  for (let path = folder;; path = dirname(path)) {
    try {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    } catch (error) {
      const absent = (error as { code?: string }).code === "ENOENT";
      if (!absent || dirname(path) === path) return undefined;
    }
  }
}

/**
 * Refuses what does not fit.
 *
 * @throws {MambaError} `disk_full`
 */
export function checkSpace(
  model: string,
  folder: string,
  missing: number,
  free: number | undefined,
): void {
  if (free === undefined || missing <= free) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  throw new MambaError(
    "disk_full",
    `Cannot fetch ${model}: ${gigabytes(missing)} are missing, and the disk ` +
      `of ${folder} has room for ${gigabytes(free)}`,
    { hint: "Make room, or choose another disk with HF_HUB_CACHE." },
  );
}
