import { toApiError } from "../api/api_error.ts";
import { MambaError } from "../api/mamba_error.ts";
import type { DtypeName } from "../api/device_info.ts";
import type {
  TrainingEvent,
  ValidationFigures,
} from "../api/training_event.ts";
import type { TrainingOptions } from "../api/training_options.ts";
import { throwIfAborted } from "../engine/compute_lane.ts";
import type { MambaLMHeadModel } from "../engine/mamba_lm_head_model.ts";
import type { SavePretrainedOptions } from "../engine/model_options.ts";
import type { Tokenizer } from "../tokenizer/mod.ts";
import type { MambaConfig } from "../weights/mod.ts";
import type { Dataset } from "./data/dataset.ts";
import { evaluate } from "./evaluate.ts";
import {
  createRun,
  type CreateTrainerExtras,
  type OpenRun,
  resumeRun,
  type ResumeTrainerExtras,
} from "./open_run.ts";
import type { PreparedRun } from "./prepare_run.ts";
import type { RunFolder } from "./run_folder.ts";
import { RunRecorder } from "./run_recorder.ts";
import { TrainingLoop } from "./training_loop.ts";
import { writeSamples } from "./write_samples.ts";

/** Options of {@linkcode Trainer.savePretrained}. */
export interface SaveTrainedOptions extends SavePretrainedOptions {
  /** The format of matrices. @default "f32" */
  dtype?: DtypeName;
}

type End = Pick<
  Extract<TrainingEvent, { type: "end" }>,
  "status" | "error"
>;

/**
 * Trains a model: a new one, or one that goes on from a checkpoint.
 *
 * ```ts ignore
 * await using trainer = await Trainer.create({
 *   config: { d_model: 192, n_layer: 8 },
 *   tokenizer: "models/my-model",
 *   data: "tales.txt",
 * }, { folder: "runs/tales" });
 * for await (const event of trainer.run()) console.log(event);
 * ```
 */
export class Trainer implements AsyncDisposable {
  readonly config: MambaConfig;
  readonly tokenizer: Tokenizer | undefined;
  /** The run's folder, absolute. */
  readonly folder: string | undefined;
  readonly #run: PreparedRun;
  readonly #loop: TrainingLoop;
  readonly #folder: RunFolder | undefined;
  readonly #problems: readonly string[];
  readonly #recorder: RunRecorder;
  #reported: number;
  #running = false;

  private constructor({ run, folder, saved, problems }: OpenRun) {
    this.#run = run;
    this.#loop = new TrainingLoop(run);
    this.#folder = folder;
    this.#recorder = new RunRecorder(folder, saved);
    this.#problems = problems;
    this.#reported = run.state.reported;
    this.config = run.origin.config;
    this.tokenizer = run.origin.tokenizer;
    this.folder = folder?.path;
  }

  /**
   * Prepares a run: reads the data and makes or loads the weights.
   *
   * @throws {MambaError} `invalid_argument` naming the option that is wrong,
   * `out_of_memory` if the run would not fit, and what loading throws
   */
  static async create(
    options: TrainingOptions,
    extras: CreateTrainerExtras = {},
  ): Promise<Trainer> {
    return new Trainer(await createRun(options, extras));
  }

  /**
   * Goes on with the run of a folder, from its newest whole checkpoint or,
   * without any, from its beginning. What comes out has the bits of a run that
   * was never interrupted.
   *
   * @throws {MambaError} `not_found`, `busy` while another process runs it,
   * `invalid_argument` if its options or data are not what they were
   */
  static async resume(
    path: string,
    extras: ResumeTrainerExtras = {},
  ): Promise<Trainer> {
    return new Trainer(await resumeRun(path, extras));
  }

  /** Steps done. */
  get step(): number {
    return this.#loop.step;
  }

  /** Steps of the whole run. */
  get steps(): number {
    return this.#loop.steps;
  }

  /**
   * Trains to the end, or until the signal fires or nobody wants the events
   * any more: then a checkpoint is written where the last whole step ended.
   * NaN or a loss spike ends it as `failed`.
   *
   * @throws what is no {@linkcode MambaError}, as a full disk, after the `end`
   */
  async *run(
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<TrainingEvent, void, undefined> {
    if (this.#running) {
      throw new MambaError("busy", "Cannot run a trainer twice at once");
    }
    this.#running = true;
    const begun = performance.now();
    const tellEnd = (end: End) =>
      this.#recorder.tell({
        type: "end",
        step: this.step,
        ...end,
        seconds: (performance.now() - begun) / 1000,
      });
    let left = true;
    try {
      await this.#recorder.open();
      const end = yield* this.#toEnd(signal);
      left = false;
      yield tellEnd(end);
    } catch (error) {
      left = false;
      try {
        const reason = error instanceof Error ? error.message : String(error);
        const message = `Cannot go on training: ${reason}`;
        tellEnd({ status: "failed", error: { code: "internal", message } });
      } catch {
        // The log cannot be written either: the first error tells more.
      }
      throw error;
    } finally {
      try {
        // Who left the loop is told nothing any more, but the log is.
        if (left) {
          await this.#checkpoint();
          tellEnd({ status: "stopped" });
        }
      } finally {
        this.#recorder.close();
        this.#running = false;
      }
    }
  }

  /** A copy of the present weights as a model. */
  model(options: { dtype?: DtypeName } = {}): Promise<MambaLMHeadModel> {
    return this.#run.weights.toModel(options.dtype);
  }

  /** Writes the present weights as a model's directory, tokenizer included. */
  async savePretrained(
    directory: string,
    { dtype, ...options }: SaveTrainedOptions = {},
  ): Promise<void> {
    await using model = await this.#run.weights.toModel(dtype);
    await model.savePretrained(directory, {
      format: this.#run.origin.form,
      ...options,
    });
  }

  /** The present weights' mean loss over a data set, by default validation. */
  async evaluate(
    dataset: Dataset | undefined = this.#run.validation,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<ValidationFigures> {
    if (dataset === undefined) {
      throw new MambaError(
        "invalid_argument",
        "Cannot evaluate: there is no validation data",
        { field: "dataset", hint: "Give a data set." },
      );
    }
    const { microBatchSize, validationRows: rows } = this.#run.options;
    const { native } = this.#run.weights;
    return await evaluate(native, dataset, { rows, microBatchSize, signal });
  }

  /** Gives everything back; a run that is at work must be stopped first. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run.weights[Symbol.asyncDispose]();
    this.#folder?.[Symbol.dispose]();
  }

  async *#toEnd(
    signal: AbortSignal | undefined,
  ): AsyncGenerator<TrainingEvent, End, undefined> {
    try {
      yield this.#recorder.tell(this.#startEvent());
      for (const message of this.#problems) {
        yield this.#recorder.tell({
          type: "warning",
          step: this.step,
          message,
        });
      }
      yield* this.#allSteps(signal);
      return { status: "done" };
    } catch (error) {
      if (!(error instanceof MambaError)) throw error;
      if (error.code !== "aborted" || !signal?.aborted) {
        return { status: "failed", error: toApiError(error) };
      }
      yield* events(await this.#checkpoint());
      return { status: "stopped" };
    }
  }

  async *#allSteps(
    signal: AbortSignal | undefined,
  ): AsyncGenerator<TrainingEvent, void, undefined> {
    const { checkpointInterval } = this.#run.options;
    for (;;) {
      if (this.#reported < this.step) yield* this.#report(signal);
      if (this.#isDue(checkpointInterval)) {
        yield* events(await this.#checkpoint());
      }
      if (this.step >= this.steps) break;
      throwIfAborted(signal);
      yield this.#recorder.tell(await this.#loop.next(signal));
    }
    if (this.#folder === undefined) return;
    await this.savePretrained(this.#folder.join("model"), {
      dtype: this.#run.options.saveDtype,
    });
  }

  /** What belongs behind a step before the next one. */
  async *#report(
    signal: AbortSignal | undefined,
  ): AsyncGenerator<TrainingEvent, void, undefined> {
    const { step } = this;
    const { options, validation, weights } = this.#run;
    if (validation !== undefined && this.#isDue(options.validationInterval)) {
      const figures = await this.evaluate(
        validation,
        signal === undefined ? {} : { signal },
      );
      yield this.#recorder.tell({ type: "validation", step, ...figures });
    }
    if (options.sampleInterval > 0 && this.#isDue(options.sampleInterval)) {
      const samples = writeSamples(weights, step, options, signal);
      for await (const sample of samples) yield this.#recorder.tell(sample);
    }
    this.#reported = step;
  }

  #isDue(interval: number): boolean {
    return this.step > 0 &&
      (this.step >= this.steps ||
        interval > 0 && this.step % interval === 0);
  }

  #checkpoint(): Promise<TrainingEvent | undefined> {
    const { weights, origin } = this.#run;
    const state = this.#loop.state(this.#reported);
    return this.#recorder.checkpoint(state, weights, origin.form);
  }

  #startEvent(): TrainingEvent {
    const { weights, train, options, memoryBytes } = this.#run;
    const { parameters, trainable, device, threads } = weights;
    return {
      type: "start",
      step: this.step,
      steps: this.steps,
      parameters,
      trainable,
      tokensPerEpoch: train.targetTokens,
      tokensPerStep: Math.round(
        options.batchSize * train.targetTokens / train.length,
      ),
      memoryBytes,
      device,
      threads,
    };
  }
}

function events(event: TrainingEvent | undefined): TrainingEvent[] {
  return event === undefined ? [] : [event];
}
