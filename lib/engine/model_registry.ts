import type { DtypeName } from "../api/device_info.ts";
import type { DeviceChoice } from "../native/device.ts";
import { throwIfAborted } from "./compute_lane.ts";
import { MambaLMHeadModel } from "./mamba_lm_head_model.ts";

/** What makes two loads the same model. */
export interface ModelKey {
  directory: string;
  device?: DeviceChoice | undefined;
  dtype?: DtypeName | undefined;
  threads?: number | undefined;
}

interface Loading {
  key: ModelKey;
  model: Promise<MambaLMHeadModel>;
  loaded: MambaLMHeadModel | undefined;
  /** Callers that still want it while it loads. */
  waiting: Set<(done: number, total: number) => void>;
  abort: AbortController;
}

/** Loads each model once, however many ask for it at the same time. */
export class ModelRegistry {
  readonly #models = new Map<string, Loading>();

  /** The models that are loaded. */
  loaded(): { key: ModelKey; model: MambaLMHeadModel }[] {
    return [...this.#models.values()].flatMap(({ key, loaded }) =>
      loaded === undefined ? [] : [{ key, model: loaded }]
    );
  }

  /**
   * The model, loaded if it is not.
   *
   * @param options.signal this caller gives up; loading stops when all have
   * @param options.onProgress told in bytes how much is loaded
   */
  async get(
    key: ModelKey,
    options: {
      signal?: AbortSignal | undefined;
      onProgress?: ((done: number, total: number) => void) | undefined;
    } = {},
  ): Promise<MambaLMHeadModel> {
    throwIfAborted(options.signal);
    const id = JSON.stringify([
      key.directory,
      key.device ?? "auto",
      key.dtype ?? "",
      key.threads ?? 0,
    ]);
    let entry = this.#models.get(id);
    if (entry === undefined) {
      entry = this.#load(key, id);
      this.#models.set(id, entry);
    }
    const report = (done: number, total: number) =>
      options.onProgress?.(done, total);
    entry.waiting.add(report);
    try {
      return await orAborted(entry.model, options.signal);
    } finally {
      entry.waiting.delete(report);
      if (entry.waiting.size === 0 && entry.loaded === undefined) {
        this.#giveUp(id, entry);
      }
    }
  }

  /** Closes every model. */
  async close(): Promise<void> {
    const entries = [...this.#models.values()];
    this.#models.clear();
    await Promise.all(entries.map(async ({ model, abort }) => {
      abort.abort();
      await model.then((model) => model.close(), () => {});
    }));
  }

  /** Stops a load, which whoever asks from now on has no part in. */
  #giveUp(id: string, entry: Loading): void {
    if (this.#models.get(id) === entry) this.#models.delete(id);
    entry.abort.abort();
    // It may have come too late.
    entry.model.then((model) => model.close(), () => {});
  }

  #load(key: ModelKey, id: string): Loading {
    const abort = new AbortController();
    const waiting: Loading["waiting"] = new Set();
    const model = MambaLMHeadModel.fromPretrained(key.directory, {
      ...(key.device === undefined ? {} : { device: key.device }),
      ...(key.dtype === undefined ? {} : { dtype: key.dtype }),
      ...(key.threads === undefined ? {} : { threads: key.threads }),
      signal: abort.signal,
      onProgress: (done, total) => {
        for (const report of waiting) report(done, total);
      },
    });
    const entry: Loading = { key, model, loaded: undefined, waiting, abort };
    model.then((loaded) => {
      entry.loaded = loaded;
    }, () => {
      // The next who asks tries again.
      if (this.#models.get(id) === entry) this.#models.delete(id);
    });
    return entry;
  }
}

/** The promise's value, or an `aborted` error as soon as the signal fires. */
async function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return await promise;
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const winner = await Promise.race([
      promise.then((value) => ({ value })),
      aborted,
    ]);
    if (winner !== undefined) return winner.value;
    throwIfAborted(signal);
    return await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
