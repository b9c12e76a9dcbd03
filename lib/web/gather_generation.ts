import type {
  FinishReason,
  GenerateEvent,
  GenerateTimings,
} from "../api/generate_event.ts";
import { MambaError } from "../api/mamba_error.ts";
import { ResultGatherer, type RunResult } from "../api/run_result.ts";

/** A whole continuation, as programs and pages without scripts get it. */
export interface GatheredGeneration {
  /** The id of the model that wrote it. */
  model: string;
  device: string;
  text: string;
  /** The ids of its tokens. */
  ids: number[];
  tokens: number;
  finishReason: FinishReason;
  stopSequence?: string;
  /** Give it again for the same text. */
  seed: number;
  stateBytes: number;
  timings: GenerateTimings;
}

/**
 * Waits for the end of a generation.
 *
 * @throws {MambaError} what the engine throws; `internal` if there is no end
 */
export async function gatherGeneration(
  events: AsyncIterable<GenerateEvent>,
): Promise<GatheredGeneration> {
  let start: GenerateEvent & { type: "start" } | undefined;
  const ids: number[] = [];
  for await (const event of events) {
    if (event.type === "start") start = event;
    if (event.type === "token") ids.push(event.id);
    if (event.type !== "done" || start === undefined) continue;
    const { model, device, seed, stateBytes } = start;
    const { type: _type, ...end } = event;
    return { model, device, ids, seed, stateBytes, ...end };
  }
  throw new MambaError("internal", "The generation ended without a result");
}

/**
 * Waits for the end of a generation, for pages without scripts.
 *
 * @throws {MambaError} what the engine throws
 */
export async function gatherResult(
  events: AsyncIterable<GenerateEvent>,
): Promise<RunResult> {
  const gatherer = new ResultGatherer();
  for await (const event of events) gatherer.add(event);
  return gatherer.end();
}
