import { decode, type DecodeSequence } from "../native/decode.ts";
import type { NativeModel } from "../native/model.ts";
import type { NativeSample } from "../native/sampler.ts";
import { computeLane } from "./compute_lane.ts";
import { DrawGroups } from "./draw_groups.ts";

interface Draw extends DecodeSequence {
  most: number;
  resolve(samples: NativeSample[]): void;
  reject(error: unknown): void;
}

/** Sequences that wait to have tokens drawn where their logits are. */
export class DrawQueue {
  readonly #model: NativeModel;
  readonly #maxBatch: number;
  readonly #groups: DrawGroups;
  readonly #waiting: Draw[] = [];

  /**
   * @param maxBatch sequences of a call, at most
   * @param groupMs milliseconds of a call that draws several tokens, at most
   */
  constructor(model: NativeModel, maxBatch: number, groupMs?: number) {
    this.#model = model;
    this.#maxBatch = maxBatch;
    this.#groups = new DrawGroups(groupMs);
  }

  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Feeds one token and draws the next, together with other sequences that
   * wait to; where nobody else waits, also those that follow.
   *
   * @param most how many tokens are wanted at most
   * @returns at least one; all but the last were fed. After one whose id is
   * `NO_TOKEN` the state is worthless.
   */
  draw(sequence: DecodeSequence, most: number): Promise<NativeSample[]> {
    return new Promise<NativeSample[]>((resolve, reject) => {
      this.#waiting.push({ ...sequence, most, resolve, reject });
    });
  }

  /**
   * One call for as many as may be in it.
   *
   * @param alone tells whether nothing else of the model waits
   */
  async run(alone: () => boolean): Promise<void> {
    await this.#run(this.#waiting.splice(0, this.#maxBatch), alone);
  }

  async #run(batch: readonly Draw[], alone: () => boolean): Promise<void> {
    if (batch.length === 0) return;
    try {
      const drawn = await computeLane.run(() => this.#call(batch, alone()));
      batch.forEach(({ resolve }, i) => resolve(drawn[i]!));
    } catch (error) {
      // Only the sequence that is at fault shall fail.
      if (batch.length === 1) batch[0]!.reject(error);
      else for (const draw of batch) await this.#run([draw], () => false);
    }
  }

  async #call(
    batch: readonly Draw[],
    alone: boolean,
  ): Promise<NativeSample[][]> {
    const states = batch.map(({ state }) => state);
    const steps = this.#groups.steps(
      states,
      Math.min(...batch.map(({ most }) => most)),
      alone && this.#waiting.length === 0 && !computeLane.isWanted,
    );
    const start = performance.now();
    const { ids, logprobs } = await decode(this.#model, batch, steps);
    this.#groups.took(states, steps, performance.now() - start);
    return batch.map((_, i) =>
      Array.from({ length: steps }, (_, step) => {
        const at = i * steps + step;
        return { id: ids[at]!, logprob: logprobs[at]!, top: [] };
      })
    );
  }
}
