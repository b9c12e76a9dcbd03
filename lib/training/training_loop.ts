import type { TrainingEvent } from "../api/training_event.ts";
import { MambaError } from "../api/mamba_error.ts";
import { computeLane, throwIfAborted } from "../engine/compute_lane.ts";
import type { AdamWOptions } from "../native/structs.ts";
import { countTargets, toBatches } from "./batches.ts";
import type { TrainingRow } from "./data/dataset.ts";
import { EpochOrder } from "./epoch_order.ts";
import type { PreparedRun } from "./prepare_run.ts";
import { learningRateAt } from "./schedule.ts";
import { SpikeDetector } from "./spike_detector.ts";
import type { TrainingState } from "./training_state.ts";

/** Steps whose time tells how long the others will take. */
const TIMED = 20;

/** The steps of a run, one by one. */
export class TrainingLoop {
  readonly #run: PreparedRun;
  readonly #order: EpochOrder;
  readonly #spikes: SpikeDetector;
  /** Milliseconds of the last steps. */
  readonly #times: number[] = [];
  #step: number;
  #tokens: number;

  /** Goes on from the run's state; weights and moments are there. */
  constructor(run: PreparedRun) {
    const { state, options, train } = run;
    this.#run = run;
    this.#order = new EpochOrder(train.length, options.seed);
    this.#spikes = new SpikeDetector(state.losses);
    this.#step = state.step;
    this.#tokens = state.tokens;
    run.weights.native.steps = state.optimizerSteps;
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** Of the whole run. */
  get steps(): number {
    return this.#run.state.identity.steps;
  }

  /** Where the run is, to go on from there; measuring is not its business. */
  state(reported: number): TrainingState {
    const { state, options, train, weights } = this.#run;
    const position = this.#step * options.batchSize;
    return {
      ...state,
      step: this.#step,
      reported,
      optimizerSteps: weights.native.steps,
      tokens: this.#tokens,
      losses: [...this.#spikes.losses],
      epoch: Math.floor(position / train.length),
      index: position % train.length,
    };
  }

  /**
   * Does a step, or leaves it out and says why. When it throws, the run is as
   * it was before.
   *
   * @throws {MambaError} `numeric` after NaN or a loss spike, `aborted`
   */
  async next(signal: AbortSignal | undefined): Promise<TrainingEvent> {
    const begun = performance.now();
    const step = this.#step + 1;
    const { options, train, weights, state } = this.#run;
    const rows = this.#rows();
    const targets = countTargets(rows);
    const learningRate = learningRateAt(step, {
      ...options,
      ...state.identity,
    });
    let loss: number;
    let norm: number | string;
    try {
      loss = await this.#gather(rows, targets, signal);
      const warmingUp = step <= state.identity.warmupSteps;
      norm = this.#spikes.problem(loss, warmingUp) ??
        await this.#apply(learningRate);
    } catch (error) {
      weights.native.zeroGradients();
      throw error;
    }
    if (typeof norm === "string") {
      weights.native.zeroGradients();
      if (!options.continueOnSpike) throw cannotGoOn(step, norm);
    } else this.#spikes.add(loss);
    this.#step = step;
    this.#tokens += targets;
    const milliseconds = performance.now() - begun;
    if (typeof norm === "string") {
      return { type: "warning", step, message: `Step left out: ${norm}` };
    }
    return {
      type: "step",
      step,
      epoch: step * options.batchSize / train.length,
      loss,
      learningRate,
      gradientNorm: norm,
      tokens: this.#tokens,
      tokensPerSecond: 1000 * targets / milliseconds,
      remainingSeconds: this.#remaining(milliseconds),
    };
  }

  #rows(): TrainingRow[] {
    const { options: { batchSize }, train } = this.#run;
    const first = this.#step * batchSize;
    return Array.from(
      { length: batchSize },
      (_, i) => train.row(this.#order.row(first + i)),
    );
  }

  /** The gradients of the mean loss over the rows; returns that. */
  async #gather(
    rows: readonly TrainingRow[],
    targets: number,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const { options, weights } = this.#run;
    // Rows without any target are there in data of programs: no gradient.
    const scale = 1 / Math.max(1, targets);
    let sum = 0;
    for (const batch of toBatches(rows, options.microBatchSize)) {
      throwIfAborted(signal);
      sum += await computeLane.run(() =>
        weights.native.accumulate(batch, scale)
      );
    }
    throwIfAborted(signal);
    return sum * scale;
  }

  /** The gradients' norm, or what is wrong with them. */
  async #apply(learningRate: number): Promise<number | string> {
    const { options, weights } = this.#run;
    const adamw: AdamWOptions = {
      learningRate,
      beta1: options.beta1,
      beta2: options.beta2,
      epsilon: options.epsilon,
      weightDecay: options.weightDecay,
      maxNorm: options.maxGradientNorm,
    };
    try {
      return await computeLane.run(() => weights.native.step(adamw));
    } catch (error) {
      if (!(error instanceof MambaError) || error.code !== "numeric") {
        throw error;
      }
      return "a gradient is NaN or infinite";
    }
  }

  #remaining(milliseconds: number): number {
    this.#times.push(milliseconds);
    if (this.#times.length > TIMED) this.#times.shift();
    const sum = this.#times.reduce((a, b) => a + b, 0);
    return (this.steps - this.#step) * sum / this.#times.length / 1000;
  }
}

function cannotGoOn(step: number, problem: string): MambaError {
  return new MambaError(
    "numeric",
    `Cannot go on after step ${step - 1}: in step ${step} ${problem}`,
    {
      hint: "Resume with continueOnSpike, which leaves such steps out, or " +
        "begin again with a lower learning rate.",
    },
  );
}
