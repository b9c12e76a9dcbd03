import type { MambaErrorCode } from "./mamba_error.ts";

/**
 * Why a text ended: the token limit, a stop string, the model's end-of-text
 * token, or the reader.
 */
export type FinishReason = "length" | "stop" | "eos" | "cancelled";

/** How long a generation took. Rates are 0 where there is nothing to divide. */
export interface GenerateTimings {
  promptTokens: number;
  /** From the start to the first token. */
  promptMs: number;
  timeToFirstTokenMs: number;
  generatedTokens: number;
  /** From the first token to the last. */
  generateMs: number;
  promptTokensPerSecond: number;
  /** Of the tokens after the first. */
  tokensPerSecond: number;
}

/** An error as it crosses HTTP. */
export interface ApiError {
  code: MambaErrorCode;
  message: string;
  /** What to do about it. */
  hint?: string;
  /** The request's field that is wrong. */
  field?: string;
}

/** What an engine tells while it answers a request, in this order. */
export type GenerateEvent =
  | {
    type: "start";
    model: string;
    device: string;
    /** How the model's largest matrices are kept. */
    dtype: string;
    /** What the model takes in memory, in bytes. */
    weightBytes: number;
    promptTokens: number;
    stateBytes: number;
    seed: number;
  }
  | {
    type: "progress";
    stage: "queued" | "loading" | "prefill";
    done: number;
    total: number;
  }
  | {
    type: "token";
    /** 0 for the first token of the continuation. */
    index: number;
    id: number;
    /**
     * May be empty while a character or a possible stop string is incomplete.
     * All of them together are the continuation.
     */
    text: string;
    /** Natural logarithm of the model's own probability. */
    logprob: number;
    top?: { id: number; text: string; logprob: number }[];
  }
  | {
    type: "done";
    finishReason: FinishReason;
    stopSequence?: string;
    /** The whole continuation. */
    text: string;
    tokens: number;
    timings: GenerateTimings;
  }
  | { type: "error"; error: ApiError };
