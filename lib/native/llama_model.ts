import { MambaError } from "../api/mamba_error.ts";
import type { LlamaLibrary, LlamaThreads } from "./llama_library.ts";
import { addressOf, packBatch } from "./llama_symbols.ts";
import { cString } from "./structs.ts";

/** Options of {@linkcode LlamaModel.load}. */
export interface LlamaOptions {
  threads: number;
  /** Sequences that there can be at the same time. */
  sequences: number;
  /** Whether its layers may be on a GPU. */
  gpu: boolean;
}

// As llama-bench has them: tokens of a call, and of a step inside it.
const BATCH = 2048;
const MICRO_BATCH = 512;

/** A model that llama.cpp has loaded, with one context. */
export class LlamaModel implements Disposable {
  readonly #library: LlamaLibrary;
  readonly #model: Deno.PointerObject;
  readonly #context: Deno.PointerObject;
  readonly #threads: LlamaThreads;
  /** Bytes of its tensors. */
  readonly weightBytes: number;
  readonly vocabSize: number;

  private constructor(
    library: LlamaLibrary,
    model: Deno.PointerObject,
    context: Deno.PointerObject,
    threads: number,
  ) {
    const { symbols } = library;
    this.#library = library;
    this.#model = model;
    this.#context = context;
    this.#threads = library.startThreads(threads);
    this.weightBytes = Number(symbols.llama_model_size(model));
    this.vocabSize = symbols.llama_vocab_n_tokens(
      symbols.llama_model_get_vocab(model),
    );
    symbols.llama_set_n_threads(context, threads, threads);
    symbols.llama_attach_threadpool(context, this.#threads.pointer, null);
    this.#threads.pause();
  }

  /** Loads a GGUF file, mapped, and makes a context. */
  static async load(
    library: LlamaLibrary,
    path: string,
    { threads, sequences, gpu }: LlamaOptions,
  ): Promise<LlamaModel> {
    const { symbols } = library;
    const params = symbols.llama_model_default_params();
    // n_gpu_layers, behind two pointers.
    if (!gpu) setUint32(params, 16, 0);
    const model = await symbols.llama_model_load_from_file(
      cString(path),
      params,
    );
    if (model === null) throw failed(`load ${path}`);
    const contextParams = symbols.llama_context_default_params();
    // n_ctx, n_batch, n_ubatch, n_seq_max are the first four numbers. The
    // context's length means nothing to a model without attention.
    [BATCH * sequences, BATCH, MICRO_BATCH, sequences].forEach((value, i) =>
      setUint32(contextParams, 4 * i, value)
    );
    const context = await symbols.llama_init_from_model(model, contextParams);
    if (context === null) {
      symbols.llama_model_free(model);
      throw failed("make a context");
    }
    return new LlamaModel(library, model, context, threads);
  }

  /** Wakes its threads. */
  resume(): void {
    this.#threads.resume();
  }

  /** Lets its threads sleep. */
  pause(): void {
    this.#threads.pause();
  }

  /** Forgets all sequences. */
  clear(): void {
    const { symbols } = this.#library;
    symbols.llama_memory_clear(symbols.llama_get_memory(this.#context), true);
  }

  /** Feeds tokens to the first sequence; the last one gets logits. */
  async prefill(tokens: Uint32Array): Promise<void> {
    for (let at = 0; at < tokens.length; at += BATCH) {
      const piece = Int32Array.from(tokens.subarray(at, at + BATCH));
      await this.#decode(packBatch(piece.length, { tokens: piece }), [piece]);
    }
  }

  /** Feeds a token to each of the first sequences; all get logits. */
  async step(tokens: Uint32Array): Promise<void> {
    const count = tokens.length;
    const ids = Int32Array.from(tokens);
    if (count === 1) return await this.prefill(tokens);
    const sequences = Int32Array.from(ids, (_, i) => i);
    const first = addressOf(sequences);
    const arrays = {
      tokens: ids,
      seqIdCounts: new Int32Array(count).fill(1),
      seqIds: BigUint64Array.from(
        sequences,
        (i) => first + BigInt(i * sequences.BYTES_PER_ELEMENT),
      ),
      logits: new Int8Array(count).fill(1),
    };
    await this.#decode(packBatch(count, arrays), [sequences, arrays]);
  }

  /** A copy of the last token's logits. */
  logits(): Float32Array<ArrayBuffer> {
    const pointer = this.#library.symbols.llama_get_logits_ith(
      this.#context,
      -1,
    );
    if (pointer === null) throw failed("read logits");
    const bytes = new ArrayBuffer(4 * this.vocabSize);
    new Deno.UnsafePointerView(pointer).copyInto(new Uint8Array(bytes));
    return new Float32Array(bytes);
  }

  /** What the first sequence remembers. */
  saveState(): Uint8Array<ArrayBuffer> {
    const { symbols } = this.#library;
    const size = symbols.llama_state_seq_get_size(this.#context, 0);
    const bytes = new Uint8Array(Number(size));
    symbols.llama_state_seq_get_data(this.#context, bytes, size, 0);
    return bytes;
  }

  /** Makes a sequence remember what was saved. */
  loadState(bytes: Uint8Array<ArrayBuffer>, sequence: number): void {
    const read = this.#library.symbols.llama_state_seq_set_data(
      this.#context,
      bytes,
      BigInt(bytes.length),
      sequence,
    );
    if (Number(read) === 0) throw failed("restore a state");
  }

  [Symbol.dispose](): void {
    // The context first: it uses the threads until it is gone.
    this.#library.symbols.llama_free(this.#context);
    this.#threads[Symbol.dispose]();
    this.#library.symbols.llama_model_free(this.#model);
  }

  /** @param alive what the batch points into */
  async #decode(
    batch: Uint8Array<ArrayBuffer>,
    alive: readonly unknown[],
  ): Promise<void> {
    const { symbols } = this.#library;
    const status = await symbols.llama_decode(this.#context, batch);
    symbols.llama_synchronize(this.#context);
    void [batch.length, alive.length];
    if (status !== 0) throw failed(`decode (status ${status})`);
  }
}

function setUint32(struct: Uint8Array, at: number, value: number): void {
  new DataView(struct.buffer, struct.byteOffset).setUint32(at, value, true);
}

function failed(what: string): MambaError {
  return new MambaError(
    "internal",
    `Cannot measure llama.cpp: it did not ${what}`,
  );
}
