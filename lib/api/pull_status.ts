import type { ApiError } from "./generate_event.ts";
import type { PullEvent, PullFile } from "./pull_event.ts";

/** Where a download of the server is. */
export type PullState = "queued" | "running" | "done" | "failed" | "cancelled";

/** A download of the server: all that a page shows of it. */
export interface PullStatus {
  /** What addresses and requests name it by. */
  id: string;
  /** As people name it: `state-spaces/mamba-130m`. */
  model: string;
  state: PullState;
  /** When it was asked for, ISO 8601. */
  startedAt: string;
  /** Of all files together; 0 until the hub has told. */
  totalBytes: number;
  doneBytes: number;
  freeBytes?: number;
  files?: PullFile[];
  /** The file that is being fetched. */
  file?: string;
  bytesPerSecond?: number;
  remainingSeconds?: number;
  /** Why nothing moves just now: a retry, or another process's download. */
  note?: string;
  /** Why it failed. */
  error?: ApiError;
}

/** What the server tells those who follow a download. */
export interface PullUpdate {
  type: "status";
  status: PullStatus;
}

/** Whether it will still change. */
export function isPulling(state: PullState): boolean {
  return state === "queued" || state === "running";
}

/** A download's status after one more event. */
export function afterPullEvent(
  status: PullStatus,
  event: PullEvent,
): PullStatus {
  // A note, a rate and a remaining time hold until the next event only.
  const {
    note: _note,
    bytesPerSecond: _rate,
    remainingSeconds: _time,
    ...rest
  } = status;
  switch (event.type) {
    case "plan": {
      const { type: _type, commit: _commit, ...plan } = event;
      return { ...rest, ...plan, state: "running" };
    }
    case "progress": {
      const { type: _type, ...progress } = event;
      return { ...rest, ...progress };
    }
    case "check":
      return { ...rest, file: event.file, note: `Checking ${event.file}` };
    case "wait":
      return {
        ...rest,
        file: event.file,
        note: `Another download fetches ${event.file}`,
      };
    case "retry":
      return {
        ...rest,
        file: event.file,
        note: `${event.reason}; trying again in ${
          Math.ceil(event.waitSeconds)
        } s`,
      };
    case "done":
      return {
        ...rest,
        state: "done",
        doneBytes: event.totalBytes,
        totalBytes: event.totalBytes,
      };
  }
}
