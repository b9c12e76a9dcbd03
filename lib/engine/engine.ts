import { isAbsolute } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import type { GenerateEvent } from "../api/generate_event.ts";
import type { GenerateRequest } from "../api/generate_request.ts";
import type { ModelInfo } from "../api/model_info.ts";
import { resolveSampling } from "../api/sampling_options.ts";
import { getDevice } from "../native/device.ts";
import { isCheckpointDirectory } from "../weights/mod.ts";
import { Admission } from "./admission.ts";
import type {
  EngineOptions,
  EngineStatus,
  LoadOptions,
} from "./engine_options.ts";
import type { MambaLMHeadModel } from "./mamba_lm_head_model.ts";
import { memoryLimit } from "./memory_limit.ts";
import { describeEntry, ModelCatalog } from "./model_catalog.ts";
import { Leases, type ModelLease } from "./model_lease.ts";
import { type ModelKey, ModelRegistry } from "./model_registry.ts";
import { staged } from "./staged.ts";

export type { EngineOptions, EngineStatus, LoadOptions };

/**
 * The one place that answers requests: for the pages, the HTTP API and the
 * command line alike. It finds, loads and shares models.
 */
export class Engine implements AsyncDisposable {
  readonly #options: EngineOptions;
  readonly #catalog: ModelCatalog;
  readonly #registry: ModelRegistry;
  readonly #admission: Admission;
  readonly #closing = new AbortController();

  private constructor(options: EngineOptions) {
    this.#options = options;
    this.#catalog = new ModelCatalog(options.directories);
    this.#registry = new ModelRegistry(
      // A wrong variable is told to those who load, not to all who open.
      () => options.memoryLimit ?? memoryLimit(),
    );
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
      loaded: this.#registry.loaded().map(({ key, model, uses }) => ({
        directory: key.directory,
        device: model.device,
        dtype: model.dtype,
        weightBytes: model.weightBytes,
        stateBytes: model.stateBytes,
        uses,
      })),
    };
  }

  /** A model by id (or path, if allowed), shared, and kept until the end. */
  async load(
    model: string | undefined,
    options: LoadOptions = {},
  ): Promise<MambaLMHeadModel> {
    return (await this.lease(model, options)).model;
  }

  /**
   * A model like {@linkcode load}'s that stays until the lease is given back;
   * then it may be unloaded for others.
   */
  async lease(
    model: string | undefined,
    options: LoadOptions = {},
  ): Promise<ModelLease> {
    const { directory } = await this.#find(model);
    return await this.#leaseFrom(directory, options);
  }

  /**
   * Unloads a model.
   *
   * @param dtype only what is kept in this format
   * @returns the bytes that are free again
   * @throws {MambaError} `not_found`, `busy` while it is in use
   */
  async unload(model: string, dtype?: string): Promise<number> {
    const { directory } = await this.#find(model);
    return await this.#registry.unload(directory, dtype);
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
    using leases = new Leases();
    try {
      const options = { device, dtype, signal };
      const model = yield* staged(
        "loading",
        (onProgress) =>
          leases.take(this.#leaseFrom(directory, { ...options, onProgress })),
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

  async #leaseFrom(
    directory: string,
    options: LoadOptions,
  ): Promise<ModelLease> {
    this.#throwIfClosed();
    const key: ModelKey = {
      directory,
      // The device itself, so that "auto" and its name share one model.
      device: getDevice(options.device ?? this.#options.device).name,
      dtype: options.dtype ?? this.#options.dtype,
      threads: this.#options.threads,
    };
    return await this.#registry.lease(key, options);
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
