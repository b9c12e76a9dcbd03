import type { FinishReason } from "../../api/generate_event.ts";
import { groupDigits } from "../format.ts";
import { formatStopString } from "./stop_strings.ts";

/** Where a run is. */
export type RunPhase =
  | "idle"
  | "starting"
  | "queued"
  | "loading"
  | "prefill"
  | "writing"
  | "done"
  | "stopped"
  | "failed";

/** What {@linkcode describeRun} needs to know. */
export interface RunStatus {
  phase: RunPhase;
  tokens: number;
  /** How many wait before this one. */
  ahead?: number | undefined;
  finishReason?: FinishReason | undefined;
  stopSequence?: string | undefined;
}

/** Whether the engine is at work for this run. */
export function isRunning(phase: RunPhase): boolean {
  return ["starting", "queued", "loading", "prefill", "writing"]
    .includes(phase);
}

/**
 * A run in one short sentence. It changes with the phase, not with each token,
 * so that a screen reader can speak it.
 */
export function describeRun(status: RunStatus): string {
  const { phase, tokens } = status;
  const count = `${groupDigits(tokens)} ${tokens === 1 ? "token" : "tokens"}`;
  switch (phase) {
    case "idle":
    case "failed":
      return "";
    case "starting":
      return "Starting …";
    case "queued":
      return status.ahead === undefined
        ? "Waiting …"
        : `Waiting, ${groupDigits(status.ahead)} before this one …`;
    case "loading":
      return "Loading the model …";
    case "prefill":
      return "Reading the prompt …";
    case "writing":
      return "Writing …";
    case "stopped":
      return `Stopped after ${count}.`;
    case "done":
      return `Finished after ${count}${reason(status)}.`;
  }
}

function reason({ finishReason, stopSequence }: RunStatus): string {
  switch (finishReason) {
    case "length":
      return ", at the limit";
    case "eos":
      return ": the model ended the text";
    case "stop":
      return stopSequence === undefined
        ? ", at a stop string"
        : `, at the stop string “${formatStopString(stopSequence)}”`;
    default:
      return "";
  }
}
