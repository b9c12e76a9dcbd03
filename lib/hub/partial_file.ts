import { dirname } from "node:path";
import { readTextIfThere, removeIfThere } from "./cache_layout.ts";
import { ContentHash } from "./content_hash.ts";
import { throwIfCancelled, writeError, WrongContent } from "./hub_error.ts";

/** What is read at once to go on with a hash. */
const READ_BYTES = 1 << 20;

/** What a blob's content must be. */
export interface BlobContent {
  etag: string;
  bytes: number;
}

/**
 * A file that is being fetched. Every piece is on the disk before the next is
 * taken, so that a process that is killed loses no more than one; the hash
 * goes along, and only a file that matches gets its name.
 */
export class PartialFile implements Disposable {
  readonly #path: string;
  readonly #content: BlobContent;
  readonly #file: Deno.FsFile;
  #hash: ContentHash;
  #length = 0;
  #validator: string | undefined;

  private constructor(path: string, content: BlobContent, file: Deno.FsFile) {
    this.#path = path;
    this.#content = content;
    this.#file = file;
    this.#hash = new ContentHash(content.etag, content.bytes);
  }

  /**
   * Opens what there is of a file, or begins it. The lock of the blob must be
   * held.
   *
   * @param path ending in `.incomplete`
   * @throws {MambaError} `permission`, `aborted`
   */
  static async open(
    path: string,
    content: BlobContent,
    signal: AbortSignal | undefined,
  ): Promise<PartialFile> {
    try {
      await Deno.mkdir(dirname(path), { recursive: true });
      const file = await Deno.open(path, {
        read: true,
        write: true,
        create: true,
      });
      const partial = new PartialFile(path, content, file);
      try {
        partial.#validator = await readTextIfThere(partial.#validatorPath);
        await partial.#readExisting(signal);
      } catch (error) {
        file.close();
        throw error;
      }
      return partial;
    } catch (error) {
      throw writeError(error, path);
    }
  }

  /** How much there is. */
  get length(): number {
    return this.#length;
  }

  /** The ETag that the server gave the file. */
  get validator(): string | undefined {
    return this.#validator;
  }

  /** Whether all of it is there. */
  get full(): boolean {
    return this.#length === this.#content.bytes;
  }

  /** Forgets what there is, and begins with what comes under this ETag. */
  async restart(validator: string | undefined): Promise<void> {
    this.#hash = new ContentHash(this.#content.etag, this.#content.bytes);
    this.#length = 0;
    this.#validator = validator;
    try {
      await this.#file.truncate(0);
      await this.#file.seek(0, Deno.SeekMode.Start);
      if (validator === undefined) await removeIfThere(this.#validatorPath);
      else await Deno.writeTextFile(this.#validatorPath, validator);
    } catch (error) {
      throw writeError(error, this.#path);
    }
  }

  /**
   * Adds a piece.
   *
   * @throws {WrongContent} if more comes than there should be
   * @throws {MambaError} `disk_full`, `permission`
   */
  async append(piece: Uint8Array): Promise<void> {
    if (this.#length + piece.length > this.#content.bytes) {
      throw new WrongContent("more was sent than the file has");
    }
    try {
      for (let rest = piece; rest.length > 0;) {
        const written = await this.#file.write(rest);
        this.#hash.update(rest.subarray(0, written));
        this.#length += written;
        rest = rest.subarray(written);
      }
    } catch (error) {
      throw writeError(error, this.#path);
    }
  }

  /**
   * Gives the file its name if it is what it must be.
   *
   * @throws {WrongContent} if it is not: then it is to be begun anew
   */
  async finish(path: string): Promise<void> {
    if (!this.#hash.matches()) {
      throw new WrongContent("what was sent is not the file: its hash differs");
    }
    try {
      await this.#file.sync();
      await removeIfThere(this.#validatorPath);
      await Deno.rename(this.#path, path);
      using folder = await Deno.open(dirname(path));
      await folder.sync();
    } catch (error) {
      throw writeError(error, path);
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  get #validatorPath(): string {
    return `${this.#path}.etag`;
  }

  async #readExisting(signal: AbortSignal | undefined): Promise<void> {
    const { size } = await this.#file.stat();
    if (size > this.#content.bytes) return await this.restart(undefined);
    const buffer = new Uint8Array(READ_BYTES);
    while (this.#length < size) {
      throwIfCancelled(signal);
      const count = await this.#file.read(buffer);
      if (count === null) break;
      this.#hash.update(buffer.subarray(0, count));
      this.#length += count;
    }
  }
}
