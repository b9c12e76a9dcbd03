/** A file of a download. */
export interface PullFile {
  /** The repository that it belongs to: the model's, or the tokenizer's. */
  repo: string;
  /** Its path in the repository. */
  name: string;
  /** Its size. */
  bytes: number;
  /** How much of it is on the disk already. */
  doneBytes: number;
}

/**
 * What a download tells, in this order: `plan`, then the others as they
 * happen, at last `done`. An error or a cancellation ends it without `done`.
 */
export type PullEvent =
  | {
    /** What is to be fetched; nothing large has been fetched before this. */
    type: "plan";
    /** As people name it: `state-spaces/mamba-130m`. */
    model: string;
    /** The commit that the revision means now, 40 hexadecimal digits. */
    commit: string;
    files: PullFile[];
    /** Of all files together. */
    totalBytes: number;
    /** What is on the disk already. */
    doneBytes: number;
    /** What the disk has room for; absent where the system does not tell. */
    freeBytes?: number;
  }
  | {
    type: "progress";
    /** The file that is being fetched. */
    file: string;
    doneBytes: number;
    totalBytes: number;
    /** Of the last seconds; absent before there is anything to measure. */
    bytesPerSecond?: number;
    /** At this rate. */
    remainingSeconds?: number;
  }
  | {
    /** What an earlier download left of a file is read and checked. */
    type: "check";
    file: string;
  }
  | {
    /** Another process fetches this file: its progress is told. */
    type: "wait";
    file: string;
  }
  | {
    /** Something failed and is tried again. */
    type: "retry";
    file: string;
    reason: string;
    waitSeconds: number;
  }
  | {
    type: "done";
    model: string;
    commit: string;
    /** Where the model is. */
    directory: string;
    totalBytes: number;
    /** What came over the network this time. */
    fetchedBytes: number;
  };
