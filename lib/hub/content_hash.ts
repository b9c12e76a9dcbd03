import { createHash, type Hash } from "node:crypto";

/**
 * The hash of a file's content as the hub names it: SHA-256 for an etag of 64
 * digits; for one of 40 git's SHA-1, which begins with the file's size.
 */
export class ContentHash {
  readonly #etag: string;
  readonly #hash: Hash;

  constructor(etag: string, bytes: number) {
    this.#etag = etag;
    this.#hash = createHash(etag.length === 64 ? "sha256" : "sha1");
    if (etag.length === 40) this.#hash.update(`blob ${bytes}\0`);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** Whether all that was given is the content. Once. */
  matches(): boolean {
    return this.#hash.digest("hex") === this.#etag;
  }
}

/** Whether a name of a blob says what its content's hash is. */
export function isEtag(name: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(name);
}
