import type { GenerateEvent } from "../../api/generate_event.ts";
import type { GenerateRequest } from "../../api/generate_request.ts";
import { gatherResult } from "../gather_generation.ts";
import { type Problem, statusOfProblem, toProblem } from "../request_error.ts";
import {
  type FormValues,
  requestFromValues,
  resetValues,
} from "./form_values.ts";
import type { RunStart } from "./run_view.ts";
import { shownResult } from "./shown_result.ts";

/** What a posted form is answered with. */
export interface FormAnswer {
  /** What the form shows now. */
  values: FormValues;
  /** The text, or what went wrong; absent when nothing was asked for. */
  shown?: RunStart;
  /** The HTTP status of the page. */
  status: number;
}

/**
 * Does what the pressed button of a posted form says: writes a whole text,
 * goes on from the end of the one that is shown, or resets the settings.
 * Ends without throwing: what fails is shown with the form as it was.
 */
export async function answerForm(
  fields: URLSearchParams,
  posted: FormValues,
  generate: (request: GenerateRequest) => AsyncIterable<GenerateEvent>,
): Promise<FormAnswer> {
  const action = fields.get("action");
  if (action === "reset") return { values: resetValues(posted), status: 200 };
  const text = fields.get("text");
  const values = action === "continue" && text !== null
    ? { ...posted, prompt: text }
    : posted;
  try {
    const request = requestFromValues(values);
    const result = await gatherResult(generate(request));
    return { values, shown: shownResult(request.prompt, result), status: 200 };
  } catch (error) {
    return failedAnswer(values, error);
  }
}

/** The page of a form that could not be answered. */
export function failedAnswer(values: FormValues, error: unknown): FormAnswer {
  return {
    values,
    shown: failedStart(toProblem(error)),
    status: statusOfProblem(error),
  };
}

/** No text, and why there is none. */
export function failedStart(problem: Problem): RunStart {
  return {
    prompt: "",
    text: "",
    status: { phase: "failed", tokens: 0 },
    figures: {},
    problem,
  };
}
