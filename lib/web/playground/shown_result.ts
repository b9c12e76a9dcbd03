import type { RunResult } from "../../api/run_result.ts";
import type { Figures } from "./figures.ts";
import type { RunStatus } from "./run_status.ts";
import type { RunStart } from "./run_view.ts";

/** A run that is over, as the page shows it. */
export function shownResult(prompt: string, result: RunResult): RunStart {
  const { text, error } = result;
  return {
    prompt,
    text,
    status: statusOf(result),
    figures: figuresOf(result),
    ...(error === undefined ? {} : { problem: error }),
  };
}

function statusOf(result: RunResult): RunStatus {
  const { state, tokens, finishReason, stopSequence } = result;
  // What ran when it was kept does so no more.
  if (state === "running") return { phase: "stopped", tokens };
  return { phase: state, tokens, finishReason, stopSequence };
}

function figuresOf(result: RunResult): Figures {
  const { model, device, dtype, weightBytes, stateBytes, promptTokens } =
    result;
  return {
    model,
    device,
    dtype,
    weightBytes,
    stateBytes,
    promptTokens,
    seed: result.seed,
    tokens: result.tokens,
    ...result.timings,
  };
}
