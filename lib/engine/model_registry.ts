import type { DtypeName } from "../api/device_info.ts";
import { MambaError } from "../api/mamba_error.ts";
import type { DeviceChoice } from "../native/device.ts";
import { peekCheckpoint, weightBytes } from "../weights/mod.ts";
import { throwIfAborted } from "./compute_lane.ts";
import { MambaLMHeadModel } from "./mamba_lm_head_model.ts";
import { memoryLimit } from "./memory_limit.ts";
import type { ModelLease } from "./model_lease.ts";
import { orAborted } from "./or_aborted.ts";

/** What makes two loads the same model. */
export interface ModelKey {
  directory: string;
  device?: DeviceChoice | undefined;
  dtype?: DtypeName | undefined;
  threads?: number | undefined;
}

/** A model that is loaded. */
export interface LoadedEntry {
  key: ModelKey;
  model: MambaLMHeadModel;
  /** Leases that are out. */
  uses: number;
}

/** Options of {@linkcode ModelRegistry.lease}. */
export interface LeaseOptions {
  /** This caller gives up; loading stops when all have. */
  signal?: AbortSignal | undefined;
  /** Told in bytes how much is loaded. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

interface Entry {
  key: ModelKey;
  model: Promise<MambaLMHeadModel>;
  loaded: MambaLMHeadModel | undefined;
  /** What its weights take; while it loads, what they will. */
  bytes: number;
  uses: number;
  /** Callers that still want it while it loads. */
  waiting: Set<(done: number, total: number) => void>;
  abort: AbortController;
}

/**
 * Loads each model once, however many ask for it at the same time, and unloads
 * those that were used least recently when others need their memory. One that
 * is in use stays, and one that does not fit alone is loaded all the same: the
 * limit is a wish, the device's own memory is not.
 */
export class ModelRegistry {
  /** The most recently used one is the last. */
  readonly #models = new Map<string, Entry>();
  readonly #limit: () => number;

  /** @param limit what the weights may take together, in bytes */
  constructor(limit: () => number = memoryLimit) {
    this.#limit = limit;
  }

  /** The models that are loaded, the most recently used one last. */
  loaded(): LoadedEntry[] {
    return [...this.#models.values()].flatMap(({ key, loaded, uses }) =>
      loaded === undefined ? [] : [{ key, model: loaded, uses }]
    );
  }

  /** The model, loaded if it is not, and kept until the lease is given back. */
  async lease(key: ModelKey, options: LeaseOptions = {}): Promise<ModelLease> {
    throwIfAborted(options.signal);
    const id = JSON.stringify([
      key.directory,
      key.device ?? "auto",
      key.dtype ?? "",
      key.threads ?? 0,
    ]);
    const entry = this.#models.get(id) ?? this.#load(key, id);
    this.#models.delete(id);
    this.#models.set(id, entry);
    const report = (done: number, total: number) =>
      options.onProgress?.(done, total);
    entry.waiting.add(report);
    entry.uses++;
    try {
      const model = await orAborted(entry.model, options.signal);
      return this.#leaseOf(entry, model);
    } catch (error) {
      entry.uses--;
      throw error;
    } finally {
      entry.waiting.delete(report);
      if (entry.waiting.size === 0 && entry.loaded === undefined) {
        this.#giveUp(id, entry);
      }
    }
  }

  /** The model, loaded if it is not, and kept until everything is closed. */
  async get(
    key: ModelKey,
    options: LeaseOptions = {},
  ): Promise<MambaLMHeadModel> {
    return (await this.lease(key, options)).model;
  }

  /**
   * Unloads what is loaded from a directory.
   *
   * @param dtype only what is kept in this format
   * @returns the bytes that are free again
   * @throws {MambaError} `busy` if some of it is in use
   */
  async unload(directory: string, dtype?: string): Promise<number> {
    const found = [...this.#models].filter(([_id, { key, loaded }]) =>
      key.directory === directory &&
      (dtype === undefined || (loaded?.dtype ?? key.dtype) === dtype)
    );
    if (!found.every(([_id, entry]) => isIdle(entry))) {
      throw new MambaError("busy", "Cannot unload the model: it is in use", {
        field: "model",
        hint: "Stop what it writes, or wait for its end.",
      });
    }
    for (const [id] of found) this.#models.delete(id);
    await Promise.all(found.map(([_id, { loaded }]) => loaded?.close()));
    return found.reduce((sum, [_id, { bytes }]) => sum + bytes, 0);
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

  #leaseOf(entry: Entry, model: MambaLMHeadModel): ModelLease {
    let out = true;
    return {
      model,
      [Symbol.dispose]: () => {
        if (!out) return;
        out = false;
        entry.uses--;
        // What was loaded although there was no room goes as soon as it can;
        // the last one used stays, or each request would load it anew.
        const [last] = [...this.#models.values()].slice(-1);
        void this.#makeRoom(last);
      },
    };
  }

  /** Unloads idle models, the least recently used first, until all others fit. */
  async #makeRoom(kept: Entry | undefined): Promise<void> {
    const limit = this.#limit();
    const closing: Promise<void>[] = [];
    for (const [id, entry] of this.#models) {
      if (this.#bytes() <= limit) break;
      if (entry === kept || !isIdle(entry)) continue;
      this.#models.delete(id);
      closing.push(entry.loaded!.close());
    }
    await Promise.all(closing);
  }

  #bytes(): number {
    return [...this.#models.values()].reduce(
      (sum, { bytes }) => sum + bytes,
      0,
    );
  }

  /** Stops a load, which whoever asks from now on has no part in. */
  #giveUp(id: string, entry: Entry): void {
    if (this.#models.get(id) === entry) this.#models.delete(id);
    entry.abort.abort();
    // It may have come too late.
    entry.model.then((model) => model.close(), () => {});
  }

  #load(key: ModelKey, id: string): Entry {
    const { promise: model, resolve, reject } = Promise.withResolvers<
      MambaLMHeadModel
    >();
    const entry: Entry = {
      key,
      model,
      loaded: undefined,
      bytes: 0,
      uses: 0,
      waiting: new Set(),
      abort: new AbortController(),
    };
    this.#read(entry).then((loaded) => {
      entry.loaded = loaded;
      entry.bytes = loaded.weightBytes;
      resolve(loaded);
    }, (error) => {
      // The next who asks tries again.
      if (this.#models.get(id) === entry) this.#models.delete(id);
      reject(error);
    });
    return entry;
  }

  async #read(entry: Entry): Promise<MambaLMHeadModel> {
    const { key: { directory, device, dtype, threads }, abort } = entry;
    entry.bytes = await expectedBytes(entry.key);
    await this.#makeRoom(entry);
    throwIfAborted(abort.signal);
    return await MambaLMHeadModel.fromPretrained(directory, {
      ...(device === undefined ? {} : { device }),
      ...(dtype === undefined ? {} : { dtype }),
      ...(threads === undefined ? {} : { threads }),
      signal: abort.signal,
      onProgress: (done, total) => {
        for (const report of entry.waiting) report(done, total);
      },
    });
  }
}

function isIdle({ uses, loaded }: Entry): boolean {
  return uses === 0 && loaded !== undefined;
}

/** What a model will take; nothing for one that cannot be loaded anyway. */
async function expectedBytes({ directory, dtype }: ModelKey): Promise<number> {
  const peek = await peekCheckpoint(directory);
  if (peek.error !== undefined) return 0;
  return weightBytes(peek.config, dtype ?? peek.dtype);
}
