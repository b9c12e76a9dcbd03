/** A model in the Hugging Face cache. */
export interface CachedModel {
  /** What it is named by: `state-spaces/mamba-130m`, `org/name@revision`. */
  id: string;
  repo: string;
  /** The branches and tags that mean it. */
  revisions: string[];
  /** 40 hexadecimal digits. */
  commit: string;
  /** Where its files are. */
  directory: string;
  /** Whether everything that it needs is there. */
  complete: boolean;
  /** What its files take on the disk. */
  bytes: number;
  /** What unfinished downloads of its repository take on the disk. */
  partialBytes: number;
}
