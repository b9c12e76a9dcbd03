import {
  columnLabel,
  type CompareRecord,
  type CompareResult,
} from "../../api/compare.ts";
import { formatBytes, formatDuration, formatRate } from "../format.ts";
import { describeRun } from "../playground/run_status.ts";
import { shownResult } from "../playground/shown_result.ts";

/** A comparison as a document for people. */
export function exportMarkdown(record: CompareRecord): string {
  const { request, columns, vote } = record;
  const { prompt, columns: asked, mode, ...sampling } = request;
  const names = asked.map(columnLabel);
  const reads = mode === "read";
  return [
    `# ${names.join(" and ")}, side by side`,
    reads
      ? "All models read the same text in lock-step."
      : `Each model continued the prompt. Settings: ${settings(sampling)}.`,
    `## ${reads ? "Text" : "Prompt"}`,
    quote(prompt),
    "## Figures",
    table(names, columns),
    ...columns.flatMap((column, index) => [
      `## ${names[index]}`,
      describe(column, prompt),
      ...(column.text === "" ? [] : [quote(column.text)]),
    ]),
    ...(vote === undefined ? [] : [
      "## Vote",
      vote === "tie" ? "A tie." : `The best: ${names[vote]}.`,
    ]),
  ].join("\n\n") + "\n";
}

function settings(sampling: Record<string, unknown>): string {
  return Object.entries(sampling)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(", ");
}

function table(names: string[], columns: readonly CompareResult[]): string {
  const rows = columns.map((column, index) => {
    const { timings, reading } = column;
    return [
      names[index],
      column.device,
      column.dtype,
      column.tokens,
      show(timings.tokensPerSecond || undefined, formatRate),
      show(timings.timeToFirstTokenMs, formatDuration),
      show(column.weightBytes, formatBytes),
      show(column.stateBytes, formatBytes),
      show(reading?.bitsPerByte, (bits) => bits.toFixed(3)),
      show(reading?.divergence?.meanKl, (kl) => `${kl.toFixed(4)} nats`),
      show(
        reading?.divergence,
        ({ disagreements, tokens }) => `${disagreements} of ${tokens}`,
      ),
    ];
  });
  const heads = [
    "model",
    "device",
    "dtype",
    "tokens",
    "speed",
    "first token",
    "memory",
    "state",
    "bits per byte",
    "mean KL",
    "other top-1",
  ];
  return [heads, heads.map(() => "---"), ...rows]
    .map((cells) =>
      `| ${
        cells.map((cell) => String(cell ?? "–").replaceAll("|", "\\|"))
          .join(" | ")
      } |`
    ).join("\n");
}

function show<Value>(
  value: Value | undefined,
  format: (value: Value) => string,
): string | undefined {
  return value === undefined
    ? undefined
    : format(value).replace(/[\u00a0\u202f]/g, " ");
}

function describe(column: CompareResult, prompt: string): string {
  const { error } = column;
  if (error !== undefined) return `Failed: ${error.message}.`;
  return describeRun(shownResult(prompt, column).status);
}

/** A text as a block that keeps it as it is, whatever it holds. */
function quote(text: string): string {
  const fences = text.match(/`{3,}/g) ?? [];
  const longest = Math.max(2, ...fences.map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
