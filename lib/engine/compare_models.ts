import { toApiError } from "../api/api_error.ts";
import type {
  CompareEvent,
  CompareRequest,
  ReadEvent,
} from "../api/compare.ts";
import { requestOfColumn } from "../api/compare_request.ts";
import type { GenerateEvent } from "../api/generate_event.ts";
import {
  resolveSampling,
  type SamplingOptions,
} from "../api/sampling_options.ts";
import { throwIfAborted } from "./compute_lane.ts";
import type { Engine } from "./engine.ts";
import { mergeStreams } from "./merge_streams.ts";
import { readInLockStep } from "./read_in_lock_step.ts";

/**
 * Answers a comparison: every column at once, each with its own model. A
 * column that fails tells so, and the others go on. Breaking out of the loop
 * or aborting ends all of them within one token.
 */
export async function* compareModels(
  engine: Pick<Engine, "generate" | "lease" | "enter">,
  request: CompareRequest,
  options: { signal?: AbortSignal } = {},
): AsyncGenerator<CompareEvent, void, undefined> {
  const { signal } = options;
  throwIfAborted(signal);
  const { mode, prompt: _prompt, columns, ...sampling } = request;
  // One seed for all, or each would draw its own.
  const { seed } = resolveSampling(sampling as SamplingOptions);
  yield { type: "begin", seed };
  if (mode === "read") {
    yield* readInLockStep(engine, request, options);
    return;
  }
  const shared = { ...request, seed };
  const streams = columns.map((column) =>
    engine.generate(requestOfColumn(shared, column), options)
  );
  const failed = (error: unknown): GenerateEvent | ReadEvent => {
    // Nobody listens any more; the comparison as a whole was aborted.
    throwIfAborted(signal);
    return { type: "error", error: toApiError(error) };
  };
  for await (const { stream, item } of mergeStreams(streams, failed)) {
    yield { type: "column", column: stream, event: item };
  }
}
