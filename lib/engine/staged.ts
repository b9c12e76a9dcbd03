import type { GenerateEvent } from "../api/generate_event.ts";
import { withProgress } from "./with_progress.ts";

/** Runs work and yields its progress as events of a stage. */
export async function* staged<T>(
  stage: "loading" | "prefill",
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
): AsyncGenerator<GenerateEvent, T, undefined> {
  const progress = withProgress(work);
  let next = await progress.next();
  for (; !next.done; next = await progress.next()) {
    yield { type: "progress", stage, ...next.value };
  }
  return next.value;
}
