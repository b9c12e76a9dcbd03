import type { Problem } from "./request_error.ts";

/** A problem's message with the label of its field, as the page has it. */
export function problemMessage(
  { message, field = "" }: Problem,
  labels: ReadonlyMap<string, string>,
): string {
  const label = labels.get(field) ?? field;
  return message.replace(`Cannot use ${field}:`, `Cannot use ${label}:`);
}

/** A problem in the place of a control's help. */
export function problemHelp(
  problem: Problem,
  labels: ReadonlyMap<string, string>,
): string {
  return [`${problemMessage(problem, labels)}.`, problem.hint].join(" ").trim();
}
