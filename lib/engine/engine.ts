import { isAbsolute } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import type { DtypeName } from "../api/device_info.ts";
import type { GenerateEvent } from "../api/generate_event.ts";
import type { GenerateRequest } from "../api/generate_request.ts";
import type { ModelInfo } from "../api/model_info.ts";
import { resolveSampling } from "../api/sampling_options.ts";
import { type DeviceChoice, getDevice } from "../native/device.ts";
import { isCheckpointDirectory } from "../weights/mod.ts";
import { Admission } from "./admission.ts";
import type { MambaLMHeadModel } from "./mamba_lm_head_model.ts";
import { describeEntry, ModelCatalog } from "./model_catalog.ts";
import { type ModelKey, ModelRegistry } from "./model_registry.ts";
import { staged } from "./staged.ts";

/** Options of {@linkcode Engine.open}. */
export interface EngineOptions {
  /** For requests that name none. @default "auto" (or `MAMBA_DEVICE`) */
  device?: DeviceChoice;
  /** For requests that name none. @default as stored */
  dtype?: DtypeName;
  /** Threads of the cpu device. @default all cores (or `MAMBA_THREADS`) */
  threads?: number;
  /** Where models are. @default `models/` and `MAMBA_MODELS` */
  directories?: readonly string[];
  /** Whether a model may be named by its path. @default false */
  allowPaths?: boolean;
  /** Texts that are written at once. @default 16 */
  maxActive?: number;
  /** Requests that may wait beside them. @default 64 */
  maxQueue?: number;
}

/** Options of {@linkcode Engine.load}. */
export interface LoadOptions {
  device?: DeviceChoice | undefined;
  dtype?: DtypeName | undefined;
  /** Gives up waiting; loading stops when nobody waits. */
  signal?: AbortSignal | undefined;
  /** Told in bytes how much is loaded. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What an engine is doing. */
export interface EngineStatus {
  active: number;
  queued: number;
  loaded: {
    directory: string;
    device: string;
    dtype: string;
    weightBytes: number;
  }[];
}

/**
 * The one place that answers requests: for the pages, the HTTP API and the
 * command line alike. It finds, loads and shares models.
 */
export class Engine implements AsyncDisposable {
  readonly #options: EngineOptions;
  readonly #catalog: ModelCatalog;
  readonly #registry = new ModelRegistry();
  readonly #admission: Admission;
  readonly #closing = new AbortController();

  private constructor(options: EngineOptions) {
    this.#options = options;
    this.#catalog = new ModelCatalog(options.directories);
    this.#admission = new Admission(
      options.maxActive ?? 16,
      options.maxQueue ?? 64,
    );
  }

  /** An engine that has loaded nothing yet. */
  static open(options: EngineOptions = {}): Engine {
    return new Engine(options);
  }

  /** Every model on this machine; broken ones have an `error`. */
  async listModels(): Promise<ModelInfo[]> {
    const loaded = new Set(
      this.#registry.loaded().map(({ key }) => key.directory),
    );
    const entries = await this.#catalog.entries();
    return await Promise.all(
      entries.map((entry) => describeEntry(entry, loaded.has(entry.directory))),
    );
  }

  /** What the engine is doing now. */
  status(): EngineStatus {
    return {
      active: this.#admission.active,
      queued: this.#admission.queued,
      loaded: this.#registry.loaded().map(({ key, model }) => ({
        directory: key.directory,
        device: model.device,
        dtype: model.dtype,
        weightBytes: model.weightBytes,
      })),
    };
  }

  /** A model by id (or path, if allowed), loaded once and shared. */
  async load(
    model: string | undefined,
    options: LoadOptions = {},
  ): Promise<MambaLMHeadModel> {
    this.#throwIfClosed();
    const { directory } = await this.#find(model);
    return await this.#loadFrom(directory, options);
  }

  /**
   * Answers a request, event by event. Breaking out of the loop or aborting
   * ends the events at once and the work within one token; a GPU that nobody
   * else waits for may finish up to seven tokens more, in about 25 ms.
   *
   * @throws {MambaError} whatever is wrong with the request or the model
   */
  async *generate(
    request: GenerateRequest,
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<GenerateEvent, void, undefined> {
    this.#throwIfClosed();
    const { model: name, prompt, device, dtype, ...rest } = request;
    const sampling = resolveSampling(rest);
    // Unknown models are told before the request waits for its turn.
    const { id, directory } = await this.#find(name);
    const left = new AbortController();
    const signal = AbortSignal.any([
      this.#closing.signal,
      left.signal,
      ...(options.signal === undefined ? [] : [options.signal]),
    ]);
    if (this.#admission.mustWait()) {
      const total = this.#admission.queued + 1;
      yield { type: "progress", stage: "queued", done: 0, total };
    }
    const leave = await this.#admission.enter(signal);
    try {
      const model = yield* staged(
        "loading",
        (onProgress) =>
          this.#loadFrom(directory, { device, dtype, signal, onProgress }),
      );
      const ids = await model.encode(prompt, { signal });
      yield {
        type: "start",
        model: id,
        device: model.device,
        dtype: model.dtype,
        weightBytes: model.weightBytes,
        promptTokens: ids.length,
        stateBytes: model.stateBytes,
        seed: sampling.seed,
      };
      yield* this.#stream(model, ids, { ...sampling, signal });
    } finally {
      left.abort();
      leave();
    }
  }

  /**
   * Waits for a place among the texts that are worked on at once.
   *
   * @returns gives the place back; call it once
   */
  enter(signal?: AbortSignal): Promise<() => void> {
    this.#throwIfClosed();
    return this.#admission.enter(signal);
  }

  /** Ends all work and gives everything back. */
  async close(): Promise<void> {
    this.#closing.abort(
      new MambaError("closed", "The engine is being closed"),
    );
    await this.#registry.close();
  }

  /** Same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #loadFrom(
    directory: string,
    options: LoadOptions,
  ): Promise<MambaLMHeadModel> {
    this.#throwIfClosed();
    const key: ModelKey = {
      directory,
      // The device itself, so that "auto" and its name share one model.
      device: getDevice(options.device ?? this.#options.device).name,
      dtype: options.dtype ?? this.#options.dtype,
      threads: this.#options.threads,
    };
    return await this.#registry.get(key, options);
  }

  async *#stream(
    model: MambaLMHeadModel,
    ids: Uint32Array,
    options: ReturnType<typeof resolveSampling> & { signal: AbortSignal },
  ): AsyncGenerator<GenerateEvent, void, undefined> {
    const parts: string[] = [];
    let report: (done: number, total: number) => void = () => {};
    const stream = model.stream(ids, {
      ...options,
      onPrefill: (done, total) => report(done, total),
    });
    try {
      // Only the first token waits for the prompt.
      let next = yield* staged("prefill", (onProgress) => {
        report = onProgress;
        return stream.next();
      });
      for (; !next.done; next = await stream.next()) {
        parts.push(next.value.text);
        yield { type: "token", ...next.value };
      }
      yield {
        type: "done",
        text: parts.join(""),
        tokens: next.value.timings.generatedTokens,
        ...next.value,
      };
    } finally {
      await stream.return(undefined as never);
    }
  }

  async #find(
    name: string | undefined,
  ): Promise<{ id: string; directory: string }> {
    const mayBePath = name !== undefined && this.#options.allowPaths === true &&
      (isAbsolute(name) || await isCheckpointDirectory(name));
    if (mayBePath) return { id: name, directory: name };
    return await this.#catalog.find(name);
  }

  #throwIfClosed(): void {
    if (this.#closing.signal.aborted) {
      throw new MambaError("closed", "Cannot use a closed engine");
    }
  }
}
