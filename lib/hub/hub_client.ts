import { parseRepository, type Repository } from "./repository.ts";
import { hubError, WrongContent } from "./hub_error.ts";
import {
  checkStatus,
  connectionError,
  type HubAddress,
  hubFetch,
} from "./hub_request.ts";
import type { ModelName } from "./model_name.ts";
import { readBytes } from "./read_bytes.ts";
import {
  type OnRetry,
  Retries,
  type RetryOptions,
  withRetries,
} from "./retries.ts";
import { Watchdog } from "./watchdog.ts";

/** A list of files has a few hundred bytes for each. */
const MAX_LIST_BYTES = 32 << 20;

/** A file of a repository at a commit. */
export interface RemoteFile {
  repo: string;
  commit: string;
  /** Its path in the repository. */
  name: string;
}

/** Options of {@linkcode HubClient.open}. */
export interface OpenFileOptions {
  /** The byte to begin with. */
  from: number;
  /** The ETag that the bytes before it came with. */
  validator: string | undefined;
  watchdog: Watchdog;
  signal: AbortSignal | undefined;
}

/** A file's bytes as they come. */
export interface FileResponse {
  /** The first byte that comes: `from`, or 0 if all of it comes. */
  offset: number;
  /** The ETag that can be given when it is gone on with. */
  validator: string | undefined;
  body: ReadableStream<Uint8Array>;
  /** Who sends it. */
  host: string;
}

/** What a hub can be asked. */
export class HubClient {
  readonly #address: HubAddress;
  readonly #retry: RetryOptions;

  constructor(address: HubAddress, retry: RetryOptions = {}) {
    if (!/^https?:$/.test(URL.parse(address.endpoint)?.protocol ?? "")) {
      throw hubError(
        "Cannot ask the hub: its address is none of the web",
        "Give HF_ENDPOINT as https://host.",
      );
    }
    this.#address = address;
    this.#retry = retry;
  }

  /** Without a byte for so long, a connection is given up. */
  get stallMs(): number {
    return this.#retry.stallMs ?? 30_000;
  }

  /** A counter of failures for one thing that is tried. */
  retries(what: string, onRetry?: OnRetry): Retries {
    return new Retries(what, this.#retry, onRetry);
  }

  /**
   * The commit behind a revision, and its files with sizes and hashes.
   *
   * @throws {MambaError} `not_found`, `network`, `permission`, `aborted`
   */
  async repository(
    { repo, revision }: ModelName,
    { signal, onRetry }: { signal?: AbortSignal; onRetry?: OnRetry } = {},
  ): Promise<Repository> {
    const what = `the model ${repo}${
      revision === "main" ? "" : `@${revision}`
    }`;
    const path = `/api/models/${repo}/revision/${
      encodeURIComponent(revision)
    }?blobs=true`;
    return await withRetries(
      this.retries(`fetch ${what}`, onRetry),
      signal,
      async () => {
        using watchdog = new Watchdog(this.stallMs, signal);
        const answer = await hubFetch(this.#address, path, {
          watchdog,
          signal,
          headers: { accept: "application/json" },
        });
        await checkStatus(answer, what, this.#address);
        const { host } = new URL(this.#address.endpoint);
        let bytes: Uint8Array;
        try {
          bytes = await readBytes(answer.response, MAX_LIST_BYTES, watchdog);
        } catch (error) {
          throw connectionError(error, host, watchdog, signal);
        }
        return parseRepository(bytes, repo, host);
      },
    );
  }

  /**
   * Begins to read a file, once.
   *
   * @throws {WrongContent} if the part is not to be had
   * @throws {TransientError} if it may go well another time
   * @throws {MambaError} `not_found`, `network`, `permission`, `aborted`
   */
  async open(
    { repo, commit, name }: RemoteFile,
    { from, validator, watchdog, signal }: OpenFileOptions,
  ): Promise<FileResponse> {
    const path = `/${repo}/resolve/${commit}/${
      name.split("/").map(encodeURIComponent).join("/")
    }`;
    const answer = await hubFetch(this.#address, path, {
      watchdog,
      signal,
      headers: from === 0 ? {} : {
        range: `bytes=${from}-`,
        ...(validator === undefined ? {} : { "if-range": validator }),
      },
    });
    const { response } = answer;
    const { host } = new URL(response.url || this.#address.endpoint);
    if (response.status === 416) {
      await response.body?.cancel();
      throw new WrongContent(`${host} has less of it than was announced`);
    }
    await checkStatus(answer, `${name} of ${repo}`, this.#address);
    const offset = response.status === 206
      ? rangeStart(response.headers.get("content-range"))
      : 0;
    if (response.body === null || (offset !== from && offset !== 0)) {
      await response.body?.cancel();
      throw new WrongContent(`${host} sends another part than was asked for`);
    }
    return {
      offset,
      validator: strongEtag(response.headers.get("etag")),
      body: response.body,
      host,
    };
  }
}

function rangeStart(header: string | null): number {
  const match = /^bytes (\d+)-/.exec(header ?? "");
  return match === null ? -1 : Number(match[1]);
}

/** Weak ones do not vouch for bytes. */
function strongEtag(etag: string | null): string | undefined {
  return etag !== null && /^"[\x21\x23-\x7e]{1,200}"$/.test(etag)
    ? etag
    : undefined;
}
