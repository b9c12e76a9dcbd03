import { lockBlob } from "./blob_lock.ts";
import { fileSize, type RepositoryFolder } from "./cache_layout.ts";
import { hubError, throwIfCancelled, WrongContent } from "./hub_error.ts";
import type { FileResponse, HubClient, RemoteFile } from "./hub_client.ts";
import { connectionError } from "./hub_request.ts";
import { PartialFile } from "./partial_file.ts";
import type { OnRetry } from "./retries.ts";
import { Watchdog } from "./watchdog.ts";

/** Files that differ from what was announced so often are given up. */
const MAX_WRONG = 2;

/** A file that is to be in the cache. */
export interface WantedFile extends RemoteFile {
  bytes: number;
  /** The hash of its content, see {@linkcode RepositoryFile}. */
  etag: string;
}

/** Options of {@linkcode downloadFile}. */
export interface DownloadFileOptions {
  client: HubClient;
  folder: RepositoryFolder;
  signal: AbortSignal | undefined;
  /** Told how much of the file is there. */
  onProgress(doneBytes: number): void;
  /** Told once if what an earlier download left is read. */
  onCheck(): void;
  /** Told once if another process is fetching it. */
  onWait(): void;
  onRetry: OnRetry;
}

/**
 * Makes sure that a file is in the cache, whole and right, and gives the
 * number of bytes that were fetched for it. What a broken or killed download
 * left is gone on with; what another process is fetching is waited for, and
 * gone on with if that one gives up.
 *
 * @throws {MambaError} `network`, `not_found`, `disk_full`, `permission`,
 * `aborted`
 */
export async function downloadFile(
  file: WantedFile,
  options: DownloadFileOptions,
): Promise<number> {
  const { folder, signal } = options;
  const { bytes, commit, name } = file;
  const blob = folder.blob(file.etag);
  let fetched = 0;
  // Where there are no links, tools put copies there and no blob.
  if (await fileSize(folder.file(commit, name)) === bytes) {
    options.onProgress(bytes);
    return fetched;
  }
  if (await fileSize(blob) !== bytes) {
    let waiting = false;
    using _lock = await lockBlob(folder.lock(file.etag), {
      signal,
      onWait: async () => {
        if (!waiting) options.onWait();
        waiting = true;
        const partial = await fileSize(folder.partial(file.etag));
        if (partial !== undefined) options.onProgress(partial);
      },
    });
    if (await fileSize(blob) !== bytes) {
      fetched = await fetchBlob(file, blob, options);
    }
  }
  await folder.link(commit, name, file.etag);
  options.onProgress(bytes);
  return fetched;
}

async function fetchBlob(
  file: WantedFile,
  blob: string,
  options: DownloadFileOptions,
): Promise<number> {
  const { client, folder, signal } = options;
  const path = folder.partial(file.etag);
  if ((await fileSize(path) ?? 0) > 0) options.onCheck();
  using partial = await PartialFile.open(path, file, signal);
  const retries = client.retries(
    `fetch ${file.name} of ${file.repo}`,
    options.onRetry,
  );
  let fetched = 0;
  let furthest = partial.length;
  let wrong = 0;
  const onPiece = (bytes: number) => {
    fetched += bytes;
    // A server that begins anew each time gets nowhere.
    if (partial.length > furthest) retries.progressed();
    furthest = Math.max(furthest, partial.length);
    options.onProgress(partial.length);
  };
  for (;;) {
    try {
      if (!partial.full) {
        await fetchRest(file, partial, client, { signal, onPiece });
      }
      await partial.finish(blob);
      return fetched;
    } catch (error) {
      // What is there may be what does not fit.
      if (error instanceof WrongContent) await partial.restart(undefined);
      if (error instanceof WrongContent && ++wrong >= MAX_WRONG) {
        throw hubError(
          `Cannot fetch ${file.name} of ${file.repo}: ${error.message}`,
          "Try again later, or from another place (HF_ENDPOINT).",
          error,
        );
      }
      await retries.after(error, signal);
    }
  }
}

interface FetchOptions {
  signal: AbortSignal | undefined;
  onPiece(bytes: number): void;
}

/** One request for what is missing. */
async function fetchRest(
  file: WantedFile,
  partial: PartialFile,
  client: HubClient,
  { signal, onPiece }: FetchOptions,
): Promise<void> {
  using watchdog = new Watchdog(client.stallMs, signal);
  const response = await client.open(file, {
    from: partial.length,
    validator: partial.validator,
    watchdog,
    signal,
  });
  // Also where the server does not send parts, or has another file by now.
  if (response.offset === 0) await partial.restart(response.validator);
  for await (const piece of pieces(response, watchdog, signal)) {
    await partial.append(piece);
    onPiece(piece.length);
  }
  if (partial.full) return;
  throw connectionError(
    new Error("it ended too early"),
    response.host,
    watchdog,
    signal,
  );
}

/** The body's pieces; errors are those of the connection. */
async function* pieces(
  { body, host }: FileResponse,
  watchdog: Watchdog,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = body.getReader();
  // The signal that was given to fetch() is forgotten when its request has been
  // collected, which leaves a connection that is silent to itself.
  const stop = () => void reader.cancel().catch(() => {});
  watchdog.signal.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      let next: ReadableStreamReadResult<Uint8Array>;
      try {
        next = await reader.read();
      } catch (error) {
        throw connectionError(error, host, watchdog, signal);
      }
      if (next.done) return;
      throwIfCancelled(signal);
      watchdog.feed();
      yield next.value;
    }
  } finally {
    watchdog.signal.removeEventListener("abort", stop);
    // What is still to come is not wanted.
    await reader.cancel().catch(() => {});
  }
}
