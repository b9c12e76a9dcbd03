import type { DtypeName } from "../api/device_info.ts";
import type { DeviceChoice } from "../native/device.ts";

/** Options of `Engine.open`. */
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
  /**
   * What loaded models may take together, in bytes, before idle ones are
   * unloaded. @default `MAMBA_MODEL_MEMORY`, or 60 % of the machine's memory
   */
  memoryLimit?: number;
}

/** Options of `Engine.load` and `Engine.lease`. */
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
  /** The models in memory, the most recently used one last. */
  loaded: {
    directory: string;
    device: string;
    dtype: string;
    weightBytes: number;
    /** What each sequence takes beside the weights. */
    stateBytes: number;
    /** How many use it now. */
    uses: number;
  }[];
}
