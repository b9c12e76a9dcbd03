import type { PullEvent } from "../api/pull_event.ts";
import type { RetryOptions } from "./retries.ts";

/** Options of {@linkcode pullModel}. */
export interface PullOptions extends RetryOptions {
  /** A branch, tag or commit. @default that of the name, or "main" */
  revision?: string;
  /** Told what happens. */
  onEvent?: (event: PullEvent) => void;
  /** Stops it; what was fetched stays and is gone on with. */
  signal?: AbortSignal;
  /** For models that are not public; "" for none. @default `HF_TOKEN`, or the saved one */
  token?: string;
  /** The address of the hub. @default `HF_ENDPOINT`, or huggingface.co */
  endpoint?: string;
  /** Where models are kept. @default `HF_HUB_CACHE`, or below `HF_HOME` */
  cache?: string;
  /** Asks nobody, and takes what is there. @default `HF_HUB_OFFLINE` */
  offline?: boolean;
}

/** A model that is in the cache, whole. */
export interface PulledModel {
  /** What it is found by: `state-spaces/mamba-130m`. */
  id: string;
  repo: string;
  revision: string;
  /** 40 hexadecimal digits. */
  commit: string;
  /** Its files. */
  directory: string;
  /** Of its files, and of those of a borrowed tokenizer that was not there. */
  totalBytes: number;
  /** What came over the network. */
  fetchedBytes: number;
}
