import { cannotLoad, type CannotLoadOptions } from "../api/load_error.ts";

/** A regular file that is read in pieces; `using` closes it. */
export class CheckpointFile implements Disposable {
  /** The path, as in messages. */
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
  readonly #file: Deno.FsFile;

  private constructor(path: string, size: number, file: Deno.FsFile) {
    this.path = path;
    this.size = size;
    this.#file = file;
  }

  /**
   * Opens a file. Looks before it opens: opening a pipe would wait for ever.
   *
   * @throws {MambaError} `not_found`, `permission` or `invalid_checkpoint`.
   */
  static async open(path: string): Promise<CheckpointFile> {
    try {
      const { isFile, size } = await Deno.stat(path);
      if (!isFile) throw cannotLoad(path, "not a regular file");
      return new CheckpointFile(path, size, await Deno.open(path));
    } catch (error) {
      throw fileError(path, error);
    }
  }

  /** Reads bytes [offset, offset + length), all of them. */
  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size)) {
      throw this.refuse(
        `bytes ${offset} to ${offset + length} lie outside its ${this.size}`,
      );
    }
    const bytes = new Uint8Array(length);
    try {
      await this.#file.seek(offset, Deno.SeekMode.Start);
      for (let done = 0; done < length;) {
        const count = await this.#file.read(bytes.subarray(done));
        if (count === null) throw this.refuse("it became shorter meanwhile");
        done += count;
      }
    } catch (error) {
      throw fileError(this.path, error);
    }
    return bytes;
  }

  /** The error that refuses this file. */
  refuse(reason: string, options?: CannotLoadOptions): Error {
    return cannotLoad(this.path, reason, options);
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/**
 * The whole text of a small file.
 *
 * @throws {MambaError} If it is longer than `maxBytes` or not UTF-8.
 */
export async function readSmallText(
  path: string,
  maxBytes: number,
): Promise<string> {
  using file = await CheckpointFile.open(path);
  if (file.size > maxBytes) {
    throw file.refuse(`${file.size} bytes are too many for such a file`);
  }
  const bytes = await file.read(0, file.size);
  const foreign = foreignReason(bytes);
  if (foreign !== undefined) throw file.refuse(foreign.reason, foreign);
  return decodeUtf8(bytes, () => file.refuse("it is not UTF-8 text"));
}

/** UTF-8 bytes as text; a byte order mark stays. */
export function decodeUtf8(bytes: Uint8Array, error: () => Error): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch {
    throw error();
  }
}

/** What often lies where a checkpoint should: undefined if it is neither. */
export function foreignReason(
  start: Uint8Array,
): { reason: string; hint: string } | undefined {
  const text = new TextDecoder("latin1").decode(start.subarray(0, 256));
  if (text.startsWith("version https://git-lfs")) {
    return {
      reason: "it is a git-lfs pointer, not the file itself",
      hint: "Run `git lfs pull` in that directory, or download the file.",
    };
  }
  if (/^\s*<(!doctype|html|\?xml|head|body)/i.test(text)) {
    return {
      reason: "it is an HTML page, not a checkpoint",
      hint: "The download gave an error page: download the file again.",
    };
  }
  return undefined;
}

/** A system's error as one of ours; ours stay. */
export function fileError(path: string, error: unknown): unknown {
  if (error instanceof Deno.errors.NotFound) {
    return cannotLoad(path, "there is no such file", {
      code: "not_found",
      hint: "Check the path; the download may be incomplete.",
      cause: error,
    });
  }
  if (
    error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.PermissionDenied
  ) {
    return cannotLoad(path, "reading it is not permitted", {
      code: "permission",
      hint: "Allow it: --allow-read, and the file's own permissions.",
      cause: error,
    });
  }
  return error instanceof Error && error.name !== "MambaError"
    ? cannotLoad(path, error.message, { cause: error })
    : error;
}
