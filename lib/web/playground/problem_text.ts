import { problemHelp, problemMessage } from "../problem_message.ts";
import type { Problem } from "../request_error.ts";
import { NUMBER_FIELDS } from "./fields.ts";

const LABELS = new Map<string, string>([
  ...NUMBER_FIELDS.map(({ name, label }) => [name, label] as const),
  ["prompt", "the prompt"],
  ["seed", "Seed"],
  ["stop", "Stop strings"],
]);

/** A problem's message with the words that stand on the page. */
export function messageOf(problem: Problem): string {
  return problemMessage(problem, LABELS);
}

/** A problem in the place of a control's help. */
export function helpOf(problem: Problem): string {
  return problemHelp(problem, LABELS);
}
