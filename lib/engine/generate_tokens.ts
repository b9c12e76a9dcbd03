import { MambaError } from "../api/mamba_error.ts";
import type { FinishReason } from "../api/generate_event.ts";
import type { ResolvedSampling } from "../api/sampling_options.ts";
import { NO_TOKEN } from "../native/decode.ts";
import { type NativeSample, NativeSampler } from "../native/sampler.ts";
import type { NativeState } from "../native/state.ts";
import { throwIfAborted } from "./compute_lane.ts";
import { type MambaState, RECENT_IDS } from "./mamba_state.ts";
import type { Scheduler } from "./scheduler.ts";

/** What one run of {@linkcode generateTokens} works on. */
export interface TokenJob {
  scheduler: Scheduler;
  /** Whether the device draws tokens best by itself. */
  deviceSampling: boolean;
  /** Ids from here on are never drawn. */
  vocabSize: number;
  /** The id that ends a text, if the model has one. */
  eosTokenId: number | undefined;
  prompt: Uint32Array;
  sampling: ResolvedSampling;
  /** The caller's state: the text goes on from it, and it moves on. */
  state?: MambaState | undefined;
  /** Makes a state for this run alone, when the caller gave none. */
  createState(): NativeState;
  signal?: AbortSignal | undefined;
  onPrefill?: ((done: number, total: number) => void) | undefined;
}

/** A drawn token; `finish` says that it is the last, and why. */
export interface DrawnToken extends NativeSample {
  finish: FinishReason | undefined;
}

/**
 * Draws tokens until the end-of-text token (which is the last one yielded),
 * the limit, or the consumer stops.
 *
 * The n-th number of the seed's sequence belongs to the n-th token of the
 * text, counted from the state's beginning: so a seed gives the same text
 * alone, in a batch, and after a state was saved and loaded. When the run
 * ends by itself, a caller's state has seen every token that was yielded but
 * the end-of-text token.
 *
 * @throws {MambaError} `aborted`, `numeric`, `invalid_argument` for an empty
 * prompt on an empty state
 */
export async function* generateTokens(
  job: TokenJob,
): AsyncGenerator<DrawnToken, void, undefined> {
  throwIfAborted(job.signal);
  const { scheduler, sampling, state } = job;
  const native = state?.native ?? job.createState();
  using sampler = createSampler(job);
  // A caller's state keeps the logits too.
  const drawsOnDevice = job.deviceSampling && state === undefined &&
    sampler.isPlain;
  // Drawn already: the state, which nobody else sees, is that far.
  let ahead: NativeSample[] = [];
  try {
    let sample = await readPrompt(job, native, sampler);
    for (let index = 0; index < sampling.maxTokens; index++) {
      const { id } = sample;
      const finish = id === job.eosTokenId && !sampling.ignoreEos
        ? "eos"
        : index + 1 === sampling.maxTokens
        ? "length"
        : undefined;
      const last = finish !== undefined;
      if (last && finish !== "eos" && state !== undefined) {
        await scheduler.decode(native, id, (logits) => {
          state.saw(Uint32Array.of(id), logits);
        });
      }
      yield { ...sample, finish };
      if (last) return;
      throwIfAborted(job.signal);
      if (drawsOnDevice && ahead.length === 0) {
        ahead = await scheduler.draw({
          state: native,
          sampler,
          token: id,
          drawIndex: native.position + 1,
        }, sampling.maxTokens - index - 1);
      }
      sample = drawsOnDevice
        ? takeSound(ahead)
        : await scheduler.decode(native, id, (logits) => {
          state?.saw(Uint32Array.of(id), logits);
          return sampler.sample(logits, native.position);
        });
      throwIfAborted(job.signal);
    }
  } finally {
    if (state === undefined) native[Symbol.dispose]();
  }
}

/** Takes the first of some samples. */
function takeSound(samples: NativeSample[]): NativeSample {
  const sample = samples.shift()!;
  if (sample.id !== NO_TOKEN) return sample;
  throw new MambaError("numeric", "Cannot sample: a logit is NaN or infinite");
}

/** Feeds the prompt and draws the first token. */
function readPrompt(
  job: TokenJob,
  native: NativeState,
  sampler: NativeSampler,
): Promise<NativeSample> {
  const { state, prompt } = job;
  if (state !== undefined) sampler.accept(state.recentIds);
  if (prompt.length === 0) {
    const logits = state?.logits;
    if (logits === undefined) {
      throw new MambaError(
        "invalid_argument",
        "Cannot continue: the prompt is empty",
        {
          field: "prompt",
          hint: "Give at least one token, or a state that has seen some text.",
        },
      );
    }
    return Promise.resolve(sampler.sample(logits, native.position));
  }
  sampler.accept(prompt.slice(-RECENT_IDS));
  return job.scheduler.prefill(native, prompt, (logits) => {
    state?.saw(prompt, logits);
    return sampler.sample(logits, native.position);
  }, { signal: job.signal, onProgress: job.onPrefill });
}

function createSampler(job: TokenJob): NativeSampler {
  const { sampling } = job;
  const bias = [...sampling.logitBias].filter(([id]) => id < job.vocabSize);
  return new NativeSampler({
    vocabSize: job.vocabSize,
    temperature: sampling.temperature,
    topK: sampling.topK,
    topP: sampling.topP,
    minP: sampling.minP,
    repetitionPenalty: sampling.repetitionPenalty,
    presencePenalty: sampling.presencePenalty,
    frequencyPenalty: sampling.frequencyPenalty,
    repetitionWindow: sampling.repetitionWindow,
    seed: BigInt(sampling.seed),
    biasIds: Uint32Array.from(bias, ([id]) => id),
    biasValues: Float32Array.from(bias, ([, value]) => value),
  }, sampling.logprobs);
}
