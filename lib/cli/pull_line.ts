import type { PullEvent } from "../api/pull_event.ts";
import { formatBytes } from "./format.ts";

/** How far a download is, in one line. */
export function pullLine(
  event: Extract<PullEvent, { type: "progress" }>,
): string {
  const { doneBytes, totalBytes, bytesPerSecond, remainingSeconds } = event;
  // Not rounded up: 100 % is the end.
  const share = totalBytes === 0
    ? 100
    : Math.floor(100 * doneBytes / totalBytes);
  return [
    `${event.file}  ${share} % of ${formatBytes(totalBytes)}`,
    ...(bytesPerSecond === undefined
      ? []
      : [`${formatBytes(Math.round(bytesPerSecond))}/s`]),
    ...(remainingSeconds === undefined
      ? []
      : [`${formatRemaining(remainingSeconds)} left`]),
  ].join(", ");
}

/** Seconds as `35 s`, `4 min`, `1 h 20 min`. */
export function formatRemaining(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90
    ? `${minutes} min`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
