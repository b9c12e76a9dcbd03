import type { CompareRecord } from "../../api/compare.ts";
import { exportMarkdown } from "./export_markdown.ts";

/** Lets the browser save a comparison as a file. */
export function saveExport(
  record: CompareRecord,
  format: "json" | "markdown",
): void {
  const [text, type, extension] = format === "json"
    ? [JSON.stringify(record, null, 2) + "\n", "application/json", "json"]
    : [exportMarkdown(record), "text/markdown", "md"];
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `comparison.${extension}`;
  link.click();
  // Not at once: the browser has only begun to read it.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
