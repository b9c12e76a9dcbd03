import { setImmediate } from "node:timers";
import { MambaError } from "../api/mamba_error.ts";
import type { DecodeSequence } from "../native/decode.ts";
import type { NativeModel } from "../native/model.ts";
import type { NativeSample } from "../native/sampler.ts";
import type { NativeState } from "../native/state.ts";
import { computeLane, throwIfAborted } from "./compute_lane.ts";
import { DrawQueue } from "./draw_queue.ts";

/** What a scheduler needs to know of its model. */
export interface SchedulerOptions {
  /** Floats in a row of logits. */
  vocabSize: number;
  /**
   * Tokens per piece of a prefill. Between pieces other sequences decode and
   * an abort takes effect. It is fixed for a model, because where a prompt is
   * cut shows in the last bits of the result.
   */
  prefillPiece: number;
  /** Sequences per decode call, at most. */
  maxBatch?: number;
  /** Milliseconds of a call that draws several tokens, at most. */
  groupMs?: number | undefined;
}

/** Options of {@linkcode Scheduler.prefill}. */
export interface PrefillOptions {
  signal?: AbortSignal | undefined;
  /** Told after every piece how many tokens are done. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Takes a row of logits, which is only valid during the call. */
export type LogitsConsumer<T> = (logits: Float32Array<ArrayBuffer>) => T;

interface Decode {
  state: NativeState;
  tokens: Uint32Array;
  consume(logits: Float32Array<ArrayBuffer>): void;
  reject(error: unknown): void;
}

interface Piece {
  run(): Promise<void>;
  reject(error: unknown): void;
}

/**
 * The only caller of a model's computation. In turns it decodes all waiting
 * sequences in one call and runs one piece of one prefill.
 */
export class Scheduler {
  readonly #model: NativeModel;
  readonly #vocabSize: number;
  readonly #prefillPiece: number;
  readonly #maxBatch: number;
  readonly #decodes: Decode[] = [];
  readonly #draws: DrawQueue;
  readonly #pieces: Piece[] = [];
  #logits: Float32Array<ArrayBuffer> = new Float32Array(0);
  #looping = false;

  constructor(model: NativeModel, options: SchedulerOptions) {
    this.#model = model;
    this.#vocabSize = options.vocabSize;
    this.#prefillPiece = options.prefillPiece;
    this.#maxBatch = options.maxBatch ?? 32;
    this.#draws = new DrawQueue(model, this.#maxBatch, options.groupMs);
  }

  /**
   * Feeds many tokens, in pieces.
   *
   * @param consume gets the last token's logits
   */
  async prefill<T>(
    state: NativeState,
    tokens: Uint32Array,
    consume: LogitsConsumer<T>,
    options: PrefillOptions = {},
  ): Promise<T> {
    const rows = new Float32Array(this.#vocabSize);
    await this.forward(state, tokens, 1, rows, options);
    return consume(rows);
  }

  /**
   * Feeds tokens, in pieces, and keeps the logits of the last `wanted` ones.
   *
   * @param rows (wanted, vocabSize), receives the logits
   */
  async forward(
    state: NativeState,
    tokens: Uint32Array,
    wanted: number,
    rows: Float32Array<ArrayBuffer>,
    options: PrefillOptions = {},
  ): Promise<void> {
    const total = tokens.length;
    for (let at = 0; at < total; at += this.#prefillPiece) {
      throwIfAborted(options.signal);
      const end = Math.min(at + this.#prefillPiece, total);
      const firstWanted = total - wanted;
      const logits = Math.max(0, end - Math.max(at, firstWanted));
      const row = Math.max(0, at - firstWanted);
      await this.#queuePiece(() =>
        this.#model.forward(
          [{ state, tokens: tokens.subarray(at, end), logits }],
          rows.subarray(
            row * this.#vocabSize,
            (row + logits) * this.#vocabSize,
          ),
        )
      );
      options.onProgress?.(end, total);
    }
  }

  /** Runs other work of the model in its turn. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#queuePiece(work);
  }

  /** Feeds one token, together with other sequences that wait to. */
  decode<T>(
    state: NativeState,
    token: number,
    consume: LogitsConsumer<T>,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#decodes.push({
        state,
        tokens: Uint32Array.of(token),
        // Here and now: the row is used again for the next batch.
        consume: (logits) => {
          try {
            resolve(consume(logits));
          } catch (error) {
            reject(error);
          }
        },
        reject,
      });
      this.#start();
    });
  }

  /** Feeds one token and draws the next, as {@linkcode DrawQueue.draw} says. */
  draw(sequence: DecodeSequence, most = 1): Promise<NativeSample[]> {
    const samples = this.#draws.draw(sequence, most);
    this.#start();
    return samples;
  }

  #queuePiece<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pieces.push({
        run: () => work().then(resolve, reject),
        reject,
      });
      this.#start();
    });
  }

  #start(): void {
    if (this.#looping) return;
    this.#looping = true;
    void this.#loop();
  }

  async #loop(): Promise<void> {
    try {
      for (;;) {
        // One turn of the event loop: sequences whose logits have just come
        // ask for their next token now, and so stay in one batch.
        await new Promise((resolve) => setImmediate(resolve));
        const waiting = [this.#decodes, this.#draws, this.#pieces];
        if (waiting.every(({ length }) => length === 0)) return;
        await this.#decodeBatch();
        await this.#draws.run(() =>
          this.#decodes.length === 0 && this.#pieces.length === 0
        );
        await this.#runPiece();
      }
    } finally {
      this.#looping = false;
    }
  }

  async #decodeBatch(): Promise<void> {
    const batch = this.#decodes.splice(0, this.#maxBatch);
    if (batch.length === 0) return;
    const size = this.#vocabSize;
    if (this.#logits.length < batch.length * size) {
      this.#logits = new Float32Array(batch.length * size);
    }
    try {
      await computeLane.run(() =>
        this.#model.forward(
          batch.map(({ state, tokens }) => ({ state, tokens, logits: 1 })),
          this.#logits.subarray(0, batch.length * size),
        )
      );
    } catch (error) {
      if (batch.length > 1) return this.#decodeOneByOne(batch);
      batch[0]!.reject(error);
      return;
    }
    batch.forEach((decode, i) =>
      decode.consume(this.#logits.subarray(i * size, (i + 1) * size))
    );
  }

  /** After a failed batch: only the sequence that is at fault shall fail. */
  async #decodeOneByOne(batch: Decode[]): Promise<void> {
    for (const decode of batch) {
      const row = this.#logits.subarray(0, this.#vocabSize);
      try {
        await computeLane.run(() =>
          this.#model.forward([{ ...decode, logits: 1 }], row)
        );
      } catch (error) {
        decode.reject(error);
        continue;
      }
      decode.consume(row);
    }
  }

  async #runPiece(): Promise<void> {
    const piece = this.#pieces.shift();
    if (piece === undefined) return;
    if (this.#model.closed) {
      piece.reject(new MambaError("closed", "Cannot use a closed model"));
      return;
    }
    await computeLane.run(() => piece.run());
  }
}
