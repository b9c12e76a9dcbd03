import type { PullEvent } from "../api/pull_event.ts";
import type { WantedFile } from "./download_file.ts";
import { TransferRate } from "./transfer_rate.ts";

/** The shortest time between two events of progress, in milliseconds. */
const EVERY_MS = 100;

/** Makes events of progress of a whole pull out of those of its files. */
export class PullProgress {
  readonly #tell: (event: PullEvent) => void;
  readonly #rate = new TransferRate();
  readonly #done = new Map<WantedFile, number>();
  readonly #totalBytes: number;
  #doneBytes = 0;
  #toldAt = -Infinity;

  /**
   * @param files all of the pull
   * @param done what is there of each
   */
  constructor(
    files: readonly WantedFile[],
    done: readonly number[],
    tell: (event: PullEvent) => void,
  ) {
    this.#tell = tell;
    files.forEach((file, i) => this.#done.set(file, done[i]!));
    this.#totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#doneBytes = done.reduce((sum, bytes) => sum + bytes, 0);
    this.#rate.sample(this.#doneBytes);
  }

  /** So much of a file is there now. */
  update(file: WantedFile, bytes: number): void {
    const before = this.#done.get(file) ?? 0;
    this.#doneBytes += bytes - before;
    this.#done.set(file, bytes);
    const now = performance.now();
    const last = this.#doneBytes === this.#totalBytes && before < bytes;
    if (!last && now - this.#toldAt < EVERY_MS) return;
    this.#toldAt = now;
    this.#rate.sample(this.#doneBytes);
    const { bytesPerSecond } = this.#rate;
    const rest = this.#totalBytes - this.#doneBytes;
    this.#tell({
      type: "progress",
      file: file.name,
      doneBytes: this.#doneBytes,
      totalBytes: this.#totalBytes,
      ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
      ...(bytesPerSecond === undefined || bytesPerSecond <= 0
        ? {}
        : { remainingSeconds: rest / bytesPerSecond }),
    });
  }
}
