import { environment } from "../config.ts";
import { MambaError } from "../api/mamba_error.ts";
import type { DtypeName } from "../api/device_info.ts";
import {
  type ResolvedSampling,
  resolveSampling,
  type SamplingOptions,
} from "../api/sampling_options.ts";
import type { DeviceChoice } from "../native/device.ts";
import type { StoredDtype } from "../native/model.ts";
import type { MambaState } from "./mamba_state.ts";

/** A text, or its token ids. */
export type Prompt = string | ArrayLike<number>;

/** Options of {@linkcode MambaLMHeadModel.random}. */
export interface DeviceOptions {
  /** @default "auto" (or `MAMBA_DEVICE`) */
  device?: DeviceChoice;
  /**
   * The format to keep matrices in. "q8" and "q4" quantise in_proj, out_proj
   * and the head, the head and the first layer never below 8 bits; the others
   * stay in 16 bits. @default as stored; random: "f32"
   */
  dtype?: DtypeName;
  /** Threads of the cpu device. @default all cores (or `MAMBA_THREADS`) */
  threads?: number;
}

/** Options of {@linkcode MambaLMHeadModel.fromPretrained}. */
export interface FromPretrainedOptions extends DeviceOptions {
  /** Told in bytes how much is loaded. */
  onProgress?: (done: number, total: number) => void;
  /** Stops loading. */
  signal?: AbortSignal;
}

/** Options of {@linkcode MambaLMHeadModel.forward}. */
export interface ForwardOptions {
  /** Goes on from this state, and advances it. @default a fresh one */
  state?: MambaState;
  /** Logits of only the last so many tokens. @default all */
  lastTokens?: number;
  /** Stops between two pieces of a long input. */
  signal?: AbortSignal;
}

/** Options of `stream`, `generate` and `generateBatch`. */
export interface GenerateOptions extends SamplingOptions {
  /** Goes on from this state, and advances it. @default a fresh one */
  state?: MambaState;
  /** Stops between any two tokens, and inside a long prompt. */
  signal?: AbortSignal;
  /** Told how many tokens of the prompt are read. */
  onPrefill?: (done: number, total: number) => void;
}

/** Options of {@linkcode MambaLMHeadModel.perplexity}. */
export interface PerplexityOptions {
  /** Goes on from this state, and advances it. @default a fresh one */
  state?: MambaState;
  /** Stops between two pieces of the text. */
  signal?: AbortSignal;
  /** Told how many tokens are read. */
  onProgress?: (done: number, total: number) => void;
  /**
   * Tokens whose logits are in memory at a time, 1 to 1024. It changes no more
   * than the last bits of the result. @default 128
   */
  chunk?: number;
}

/** Options of {@linkcode MambaLMHeadModel.savePretrained}. */
export interface SavePretrainedOptions {
  /** Names and config as Python's mamba_ssm or transformers has them. */
  format?: "state-spaces" | "transformers";
}

const STORED: Partial<Record<DtypeName, StoredDtype>> = {
  f32: "F32",
  f16: "F16",
  bf16: "BF16",
  q8: "Q8",
  q4: "Q4",
};

/** The sampling part of the options; the rest is not its business. */
export function samplingOf(options: GenerateOptions): ResolvedSampling {
  const { state: _state, signal: _signal, onPrefill: _onPrefill, ...sampling } =
    options;
  return resolveSampling(sampling);
}

export function storedDtype(
  dtype: DtypeName | undefined,
): StoredDtype | undefined {
  if (dtype === undefined) return undefined;
  const stored = STORED[dtype];
  if (stored === undefined) {
    throw new MambaError(
      "invalid_argument",
      `Cannot use the dtype ${JSON.stringify(dtype)}`,
      { field: "dtype", hint: `Use ${Object.keys(STORED).join(", ")}.` },
    );
  }
  return stored;
}

/** 0 = all cores. */
export function threadCount(threads: number | undefined): number {
  const count = threads ?? Number(environment("MAMBA_THREADS") ?? 0);
  if (!Number.isInteger(count) || count < 0 || count > 256) {
    throw new MambaError(
      "invalid_argument",
      `Cannot use ${count} threads`,
      { field: "threads", hint: "Use 1 to 256, or 0 for all cores." },
    );
  }
  return count;
}
