import type { BenchEngine, BenchTest } from "../../api/bench.ts";
import type { LlamaLibrary } from "../../native/llama_library.ts";
import { LlamaModel, type LlamaOptions } from "../../native/llama_model.ts";
import { type Contender, someTokens } from "../contender.ts";

/** llama.cpp with a GGUF file, measured as llama-bench does it. */
export class LlamaContender implements Contender {
  readonly engine: BenchEngine = "llama.cpp";
  readonly backend: string;
  readonly #model: LlamaModel;
  /** What a sequence remembers that has seen so many tokens. */
  readonly #deep = new Map<number, Uint8Array<ArrayBuffer>>();

  private constructor(backend: string, model: LlamaModel) {
    this.backend = backend;
    this.#model = model;
  }

  /** Loads a file. */
  static async open(
    library: LlamaLibrary,
    path: string,
    options: LlamaOptions,
  ): Promise<LlamaContender> {
    const model = await LlamaModel.load(library, path, options);
    return new LlamaContender(library.description, model);
  }

  async run(test: BenchTest): Promise<number> {
    const model = this.#model;
    const tokens = someTokens(test.tokens, model.vocabSize);
    model.resume();
    try {
      await this.#goTo(test);
      const start = performance.now();
      if (test.kind === "pp") await model.prefill(tokens);
      else {
        for (const token of tokens) {
          await model.step(new Uint32Array(test.sequences).fill(token));
        }
      }
      return performance.now() - start;
    } finally {
      model.pause();
    }
  }

  async logits(tokens: Uint32Array): Promise<Float32Array<ArrayBuffer>> {
    this.#model.resume();
    try {
      this.#model.clear();
      await this.#model.prefill(tokens);
      return this.#model.logits();
    } finally {
      this.#model.pause();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#model[Symbol.dispose]();
    return Promise.resolve();
  }

  /** Lets every sequence of a test have seen what it shall have seen. */
  async #goTo({ depth, sequences }: BenchTest): Promise<void> {
    const model = this.#model;
    model.clear();
    if (depth === 0) return;
    let state = this.#deep.get(depth);
    if (state === undefined) {
      await model.prefill(someTokens(depth, model.vocabSize));
      state = model.saveState();
      this.#deep.set(depth, state);
      model.clear();
    }
    for (let i = 0; i < sequences; i++) model.loadState(state, i);
  }
}
