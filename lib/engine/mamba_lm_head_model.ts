import { MambaError } from "../api/mamba_error.ts";
import {
  type ResolvedSampling,
  resolveSampling,
} from "../api/sampling_options.ts";
import { getDevice } from "../native/device.ts";
import {
  type KeptTensor,
  NativeModel,
  type NativeModelDescription,
} from "../native/model.ts";
import type { Tokenizer } from "../tokenizer/mod.ts";
import { MambaConfig, openCheckpoint, saveCheckpoint } from "../weights/mod.ts";
import {
  collect,
  type GeneratedToken,
  generateText,
  type Generation,
  type GenerationEnd,
} from "./generate_text.ts";
import { encodePrompt } from "./encode_prompt.ts";
import { findModel } from "./find_model.ts";
import { findTokenizer } from "./find_tokenizer.ts";
import { generateBatch } from "./generate_batch.ts";
import { forwardIds } from "./forward_ids.ts";
import { loadWeights, toNativeConfig } from "./load_weights.ts";
import {
  type LossAndGradients,
  lossAndGradients,
} from "./loss_and_gradients.ts";
import { MambaState } from "./mamba_state.ts";
import {
  type DeviceOptions,
  type ForwardOptions,
  type FromPretrainedOptions,
  type GenerateOptions,
  type PerplexityOptions,
  type Prompt,
  samplingOf,
  type SavePretrainedOptions,
  storedDtype,
  threadCount,
} from "./model_options.ts";
import { mainDtype, prefillPiece } from "./model_traits.ts";
import { measurePerplexity, type Perplexity } from "./perplexity.ts";
import { Scheduler } from "./scheduler.ts";

/** What a model is put together from. */
export interface ModelParts {
  config: MambaConfig;
  native: NativeModel;
  tokenizer?: Tokenizer | undefined;
  directory?: string | undefined;
  trained: boolean;
}

/**
 * A Mamba or Mamba 2 language model: embedding, blocks, norm and head.
 *
 * ```ts ignore
 * await using model = await MambaLMHeadModel.fromPretrained(
 *   "models/fairy-mamba1",
 * );
 * for await (const token of model.stream("Once upon a time")) {
 *   console.log(token.text);
 * }
 * ```
 */
export class MambaLMHeadModel implements AsyncDisposable {
  readonly config: MambaConfig;
  /** The text ⇄ ids side; undefined if the checkpoint has none. */
  readonly tokenizer: Tokenizer | undefined;
  /** Where it was loaded from. */
  readonly directory: string | undefined;
  /** Whether the checkpoint says that its weights are not just random. */
  readonly trained: boolean;
  /** "metal", "cpu" or "reference". */
  readonly device: string;
  /** The device in words. */
  readonly deviceDescription: string;
  readonly threads: number;
  /** Weights, each counted once. */
  readonly parameterCount: number;
  /** What the weights take, in bytes. */
  readonly weightBytes: number;
  /** What a sequence's state takes, in bytes, whatever the text's length. */
  readonly stateBytes: number;
  /** How the largest matrices are kept: "f32", "f16", "bf16", "q8" or "q4". */
  readonly dtype: string;
  readonly #native: NativeModel;
  readonly #description: NativeModelDescription;
  readonly #scheduler: Scheduler;

  private constructor(parts: ModelParts) {
    const description = parts.native.describe();
    this.config = parts.config;
    this.tokenizer = parts.tokenizer;
    this.directory = parts.directory;
    this.trained = parts.trained;
    this.device = description.device;
    this.deviceDescription = description.description;
    this.threads = description.threads;
    this.parameterCount = description.parameters;
    this.weightBytes = description.weightBytes;
    this.stateBytes = description.stateBytes;
    this.dtype = mainDtype(description.tensors);
    this.#native = parts.native;
    this.#description = description;
    this.#scheduler = new Scheduler(parts.native, {
      vocabSize: parts.config.paddedVocabSize,
      prefillPiece: prefillPiece(description),
    });
  }

  /**
   * Loads a checkpoint's directory: `config.json` with `model.safetensors` or
   * `pytorch_model.bin` (or their shards), and `tokenizer.json` if it is there.
   * A downloaded model goes by its name: `mamba-130m`, `owner/name@revision`.
   *
   * @throws {MambaError} `not_found`, `invalid_checkpoint`, `unsupported`,
   * `out_of_memory`, `aborted`
   */
  static async fromPretrained(
    model: string,
    options: FromPretrainedOptions = {},
  ): Promise<MambaLMHeadModel> {
    const { signal, onProgress } = options;
    const { directory } = await findModel(model);
    const device = getDevice(options.device);
    const keep = storedDtype(options.dtype);
    const threads = threadCount(options.threads);
    const checkpoint = await openCheckpoint(directory, signal && { signal });
    const tokenizer = await findTokenizer(checkpoint.directory);
    const native = await loadWeights(checkpoint, {
      device: device.name,
      threads,
      keep,
      onProgress,
      signal,
    });
    return new MambaLMHeadModel({
      config: checkpoint.config,
      native,
      tokenizer,
      directory: checkpoint.directory,
      trained: checkpoint.trained,
    });
  }

  /**
   * A model with the initial weights of the papers' code.
   *
   * @param config a {@linkcode MambaConfig} or what it can be made from
   * @param options.seed the same seed gives the same weights everywhere
   */
  static async random(
    config: unknown,
    options: DeviceOptions & { seed?: number } = {},
  ): Promise<MambaLMHeadModel> {
    const resolved = MambaConfig.from(config);
    const { seed } = resolveSampling({ seed: options.seed ?? 0 });
    const native = new NativeModel(
      toNativeConfig(resolved),
      getDevice(options.device).name,
      threadCount(options.threads),
    );
    try {
      await native.randomize(
        BigInt(seed),
        storedDtype(options.dtype) ?? "F32",
      );
      native.finish();
    } catch (error) {
      await native.close();
      throw error;
    }
    return new MambaLMHeadModel({ config: resolved, native, trained: false });
  }

  /** A model of weights that are in memory already. @ignore */
  static fromParts(parts: ModelParts): MambaLMHeadModel {
    return new MambaLMHeadModel(parts);
  }

  /** Names, dtypes and shapes of the weights, by their official names. */
  tensors(): readonly KeptTensor[] {
    return this.#description.tensors;
  }

  /** A state at the beginning of a text. */
  createState(): MambaState {
    return new MambaState(this.#native.createState(), {
      layers: this.config.nLayer,
      vocabSize: this.config.paddedVocabSize,
      byteLength: this.stateBytes,
    });
  }

  /**
   * The state that `state.save()` wrote.
   *
   * @throws {MambaError} `invalid_argument` for bytes that are damaged or of
   * another model
   */
  loadState(bytes: Uint8Array): MambaState {
    const state = this.createState();
    try {
      state.load(bytes);
    } catch (error) {
      state[Symbol.dispose]();
      throw error;
    }
    return state;
  }

  /**
   * Feeds ids and returns their logits.
   *
   * @returns logits (n, padded vocabulary) row-major, n = `lastTokens` or the
   * number of ids
   */
  async forward(
    ids: ArrayLike<number>,
    options: ForwardOptions = {},
  ): Promise<{ logits: Float32Array<ArrayBuffer> }> {
    this.#checkState(options.state);
    const logits = await forwardIds({
      scheduler: this.#scheduler,
      vocabSize: this.config.paddedVocabSize,
      ids,
      options,
      createState: () => this.#native.createState(),
    });
    return { logits };
  }

  /**
   * Continues a text token by token. Stopping to consume stops the work.
   *
   * @returns (at the end) why it ended, and how long it took
   */
  stream(
    prompt: Prompt,
    options: GenerateOptions = {},
  ): AsyncGenerator<GeneratedToken, GenerationEnd, undefined> {
    return this.#stream(prompt, options, samplingOf(options));
  }

  /** Continues a text to its end. */
  async generate(
    prompt: Prompt,
    options: GenerateOptions = {},
  ): Promise<Generation> {
    const sampling = samplingOf(options);
    return await collect(
      this.#stream(prompt, options, sampling),
      sampling.seed,
    );
  }

  /**
   * Continues several texts; they are decoded together, weights read once for
   * all. Each result is what {@linkcode generate} gives for its prompt alone.
   * If one fails, all stop and the call fails.
   */
  async generateBatch(
    prompts: readonly Prompt[],
    options: GenerateOptions = {},
  ): Promise<Generation[]> {
    return await generateBatch(prompts, options, this.#stream.bind(this));
  }

  /**
   * Reads a text and measures how well the model predicts it, in one go from
   * the first token to the last: an end-of-text token between two documents is
   * predicted like any other, and the state goes on. Only the ids grow with
   * the text in memory, and a long one takes turns with other calls.
   *
   * @param text its first token is not predicted, unless `options.state` has
   * seen some text
   * @throws {MambaError} `invalid_argument` if there is nothing to predict,
   * `numeric`, `aborted`
   */
  async perplexity(
    text: Prompt,
    options: PerplexityOptions = {},
  ): Promise<Perplexity> {
    this.#checkState(options.state);
    return await measurePerplexity({
      scheduler: this.#scheduler,
      vocabSize: this.config.paddedVocabSize,
      tokenizer: this.tokenizer,
      ids: await this.#encode(text, "text", options.signal),
      options,
      createState: () => this.#native.createState(),
    });
  }

  /**
   * How badly the model predicts each id's target, and the gradient of every
   * tensor; for checks and own optimizers. `Trainer` is made to train.
   *
   * @param targets as many as ids: what follows each, or 0xffffffff for none
   * @throws {MambaError} `invalid_argument`, `unsupported` where the device or
   * the library cannot train
   */
  lossAndGradients(
    ids: ArrayLike<number>,
    targets: ArrayLike<number>,
  ): Promise<LossAndGradients> {
    const vocabSize = this.config.paddedVocabSize;
    return lossAndGradients({ native: this.#native, vocabSize, ids, targets });
  }

  /**
   * Writes `model.safetensors` and `config.json` (and the tokenizer's files)
   * that load back to the same bits, here and in Python.
   */
  async savePretrained(
    directory: string,
    options: SavePretrainedOptions = {},
  ): Promise<void> {
    await saveCheckpoint(directory, {
      config: this.config,
      form: options.format ?? "state-spaces",
      tensors: this.#description.tensors.map((tensor) => ({
        ...tensor,
        byteLength: tensor.bytes,
        bytes: () => this.#native.readTensor(tensor),
      })),
      metadata: this.trained ? {} : { trained: "false" },
    });
    await this.tokenizer?.save(directory);
  }

  /** The weights alone, without tokenizer and queue. @ignore */
  get native(): NativeModel {
    return this.#native;
  }

  /** Waits for running calls, then gives everything back. */
  close(): Promise<void> {
    return this.#native.close();
  }

  /** Same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The ids of a prompt; a long one takes turns with other work. */
  encode(
    prompt: Prompt,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Uint32Array<ArrayBuffer>> {
    return this.#encode(prompt, "prompt", signal);
  }

  async *#stream(
    prompt: Prompt,
    options: GenerateOptions,
    sampling: ResolvedSampling,
  ): AsyncGenerator<GeneratedToken, GenerationEnd, undefined> {
    this.#checkState(options.state);
    return yield* generateText({
      scheduler: this.#scheduler,
      deviceSampling: this.#description.deviceSampling,
      vocabSize: this.config.vocabSize,
      eosTokenId: this.tokenizer?.eosTokenId ?? this.config.eosTokenId,
      prompt: await this.#encode(prompt, "prompt", options.signal),
      sampling,
      state: options.state,
      createState: () => this.#native.createState(),
      signal: options.signal,
      onPrefill: options.onPrefill,
    }, this.tokenizer);
  }

  #encode(prompt: Prompt, field: string, signal: AbortSignal | undefined) {
    const { tokenizer, config: { paddedVocabSize: size } } = this;
    return encodePrompt(prompt, { tokenizer, size, field, signal });
  }

  #checkState(state: MambaState | undefined): void {
    if (state === undefined || this.#native.owns(state.native)) return;
    throw new MambaError(
      "invalid_argument",
      "Cannot use the state: it belongs to another model",
      {
        field: "state",
        hint: "Use model.loadState(state.save()) of models that are the same.",
      },
    );
  }
}
