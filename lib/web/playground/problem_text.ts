import type { Problem } from "../request_error.ts";
import { NUMBER_FIELDS } from "./fields.ts";

const LABELS = new Map<string, string>([
  ...NUMBER_FIELDS.map(({ name, label }) => [name, label] as const),
  ["prompt", "the prompt"],
  ["seed", "Seed"],
  ["stop", "Stop strings"],
]);

/** A problem's message with the words that stand on the page. */
export function messageOf({ message, field = "" }: Problem): string {
  const label = LABELS.get(field) ?? field;
  return message.replace(`Cannot use ${field}:`, `Cannot use ${label}:`);
}

/** A problem in the place of a control's help. */
export function helpOf(problem: Problem): string {
  return [`${messageOf(problem)}.`, problem.hint].join(" ").trim();
}
