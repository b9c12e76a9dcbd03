import type { ApiError } from "./generate_event.ts";

/** Where a run is. A run whose process was killed is "interrupted". */
export type TrainingStatus =
  | "preparing"
  | "running"
  | "stopped"
  | "interrupted"
  | "done"
  | "failed";

/** What is measured on data that the model is not trained on. */
export interface ValidationFigures {
  /** Natural logarithm, per token. */
  loss: number;
  perplexity: number;
  /** Undefined where the data is no text. */
  bitsPerByte?: number;
  /** Targets that were measured. */
  tokens: number;
}

/**
 * What a run tells, in this order; also the lines of its `log.jsonl`, there
 * with `time` (ISO 8601). A resumed run begins with a `start` again; lines of
 * steps after its checkpoint were written by the run that broke.
 */
export type TrainingEvent =
  | { type: "preparing"; stage: string; done: number; total: number }
  | {
    type: "start";
    /** The step that the run begins after: 0, or the checkpoint's. */
    step: number;
    steps: number;
    parameters: number;
    /** Parameters that are trained. */
    trainable: number;
    /** Targets in one pass over the data. */
    tokensPerEpoch: number;
    /** Targets in a whole step. */
    tokensPerStep: number;
    /** What the run will take at most, in bytes. */
    memoryBytes: number;
    device: string;
    threads: number;
  }
  | {
    type: "step";
    /** From 1 on. */
    step: number;
    /** Passes over the data so far, with a fraction. */
    epoch: number;
    /** Mean over the step's targets, natural logarithm. */
    loss: number;
    learningRate: number;
    /** Before clipping. */
    gradientNorm: number;
    /** Targets seen since the run's very beginning. */
    tokens: number;
    /** Of this step. */
    tokensPerSecond: number;
    /** Until the last step, as the last steps went. */
    remainingSeconds: number;
  }
  | ({ type: "validation"; step: number } & ValidationFigures)
  | { type: "sample"; step: number; prompt: string; text: string; seed: number }
  | { type: "checkpoint"; step: number }
  /** Something that does not stop the run: a step that was left out, … */
  | { type: "warning"; step: number; message: string }
  /** The last one, if the process lived to write it. */
  | {
    type: "end";
    step: number;
    status: "done" | "stopped" | "failed";
    /** Wall-clock time of this start, in seconds. */
    seconds: number;
    error?: ApiError;
  };

/** A line of `log.jsonl`. */
export type TrainingLogLine = TrainingEvent & { time: string };
