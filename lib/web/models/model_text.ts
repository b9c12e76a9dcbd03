import {
  heldBytes,
  type LoadedModel,
  type ModelOverview,
  type ModelRow,
} from "../../api/model_overview.ts";
import { isPulling, type PullStatus } from "../../api/pull_status.ts";
import { formatBytes, formatCount } from "../format.ts";
import { formatSeconds } from "../training/run_text.ts";

/** What people call a model: its short name, if it has one. */
export function nameOf({ published, id }: ModelRow): string {
  return published ?? id;
}

/** What a model is, in a few words. */
export function factsOf(row: ModelRow): string[] {
  if (row.error !== undefined) return [];
  return [
    row.family === "Mamba1" ? "Mamba 1" : "Mamba 2",
    `${formatCount(row.parameters)} parameters`,
    row.licence ?? "licence not stated",
    ...(row.dtype === undefined ? [] : [`stored in ${row.dtype}`]),
  ];
}

/** What it takes on the disk, or will: nobody stores more than f32. */
export function diskText(
  { diskBytes, partialBytes, memory }: ModelRow,
): { label: string; value: string } {
  if (diskBytes !== undefined) {
    return { label: "On disk", value: formatBytes(diskBytes) };
  }
  return partialBytes === undefined
    ? { label: "Download", value: `≤\u00a0${formatBytes(memory.f32)}` }
    : { label: "Fetched", value: formatBytes(partialBytes) };
}

/** How far a download is: size, rate, time. */
export function pullFigures(status: PullStatus): string {
  const { state, totalBytes, doneBytes, freeBytes } = status;
  if (state === "done") return formatBytes(totalBytes);
  if (totalBytes === 0) return isPulling(state) ? "Size not known yet" : "–";
  // What ended has no rate any more.
  const { bytesPerSecond: rate, remainingSeconds: time } = isPulling(state)
    ? status
    : { bytesPerSecond: undefined, remainingSeconds: undefined };
  return [
    `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`,
    ...(rate === undefined ? [] : [`${formatBytes(Math.round(rate))}/s`]),
    ...(time === undefined ? [] : [`${formatSeconds(time)} left`]),
    ...(freeBytes === undefined || rate !== undefined
      ? []
      : [`${formatBytes(freeBytes)} free`]),
  ].join(" · ");
}

/** What a download does, or why it does nothing. */
export function pullNote(status: PullStatus): string {
  const { state, note, file, error } = status;
  switch (state) {
    case "queued":
      return "Waits for its turn";
    case "running":
      return note ?? (file === undefined ? "Asking the hub …" : file);
    case "done":
      return "Checked, and ready to be loaded";
    case "cancelled":
      return "Cancelled: what was fetched is kept, and gone on with";
    case "failed":
      return [error?.message, error?.hint].filter((text) => text).join(". ");
  }
}

/** The downloads as they are shown: the queue, then what ended last. */
export function inOrder(pulls: readonly PullStatus[]): PullStatus[] {
  const ended = pulls.filter(({ state }) => !isPulling(state));
  const queue = pulls.filter(({ state }) => isPulling(state));
  return [...queue, ...ended.toReversed()];
}

/** All downloads in a sentence; it changes with their states alone. */
export function describePulls(pulls: readonly PullStatus[]): string {
  const running = pulls.filter(({ state }) => isPulling(state));
  const [first, ...others] = running;
  if (first !== undefined) {
    const more = others.length === 0 ? "" : `, ${others.length} more to come`;
    return `Fetching ${first.model}${more}`;
  }
  const last = pulls.at(-1);
  switch (last?.state) {
    case "done":
      return `${last.model} is here`;
    case "failed":
      return `${last.model} could not be fetched`;
    case "cancelled":
      return `${last.model} was cancelled`;
    default:
      return "";
  }
}

/** How much of a download is there, in per cent. */
export function percentOf({ doneBytes, totalBytes }: PullStatus): number {
  if (totalBytes === 0) return 0;
  return Math.round(1000 * doneBytes / totalBytes) / 10;
}

/** What is held, and what may be. */
export function memoryText(overview: ModelOverview): string {
  return `${formatBytes(heldBytes(overview))} of ${
    formatBytes(overview.limitBytes)
  }`;
}

/** One line if the models in memory take more than they should. */
export function limitNote(overview: ModelOverview): string | undefined {
  const { loaded, limitBytes } = overview;
  if (heldBytes(overview) <= limitBytes) return undefined;
  const limit = `the limit of ${formatBytes(limitBytes)} (MAMBA_MODEL_MEMORY)`;
  return loaded.length === 1
    ? `${
      loaded[0]!.model
    } alone takes more than ${limit}: it is loaded all the same.`
    : `The models in memory take more than ${limit}: they are in use.`;
}

/** What a model in memory is, and does. */
export function loadedFacts(loaded: LoadedModel): string[] {
  const { dtype, device, weightBytes, stateBytes, uses } = loaded;
  return [
    `${dtype} on ${device}`,
    formatBytes(weightBytes),
    `${formatBytes(stateBytes)} for each text`,
    uses === 0 ? "idle" : "in use",
  ];
}
