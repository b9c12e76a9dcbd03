import type { MambaLMHeadModel } from "../engine/mamba_lm_head_model.ts";
import { decode, type DecodeSequence } from "../native/decode.ts";
import { NativeSampler } from "../native/sampler.ts";

/** Sequences that a device decodes together, drawing their tokens itself. */
export class DecodeBatch implements Disposable {
  readonly #model: MambaLMHeadModel;
  readonly #sequences: DecodeSequence[] = [];

  constructor(model: MambaLMHeadModel, size: number) {
    this.#model = model;
    for (let i = 0; i < size; i++) {
      this.#sequences.push({
        state: model.native.createState(),
        sampler: plainSampler(model.config.vocabSize),
        token: 7 + i,
        drawIndex: 0,
      });
    }
  }

  /** Draws so many tokens of each sequence, in one call. */
  async decode(steps: number): Promise<void> {
    await decode(this.#model.native, this.#sequences, steps);
  }

  [Symbol.dispose](): void {
    for (const { state, sampler } of this.#sequences) {
      state[Symbol.dispose]();
      sampler[Symbol.dispose]();
    }
  }
}

function plainSampler(vocabSize: number): NativeSampler {
  return new NativeSampler({
    vocabSize,
    temperature: 0.8,
    topK: 0,
    topP: 0.95,
    minP: 0,
    repetitionPenalty: 1,
    presencePenalty: 0,
    frequencyPenalty: 0,
    repetitionWindow: 0,
    seed: 1n,
    biasIds: new Uint32Array(),
    biasValues: new Float32Array(),
  }, 0);
}
