import type { BenchmarkRun } from "../../api/benchmark.ts";
import { invalidArgument, showValue } from "../../api/invalid_argument.ts";
import type { State } from "../define.ts";
import { chartsDocument } from "./charts_document.tsx";

const TYPES: Readonly<Record<string, string>> = {
  csv: "text/csv",
  json: "application/json",
  md: "text/markdown",
  svg: "image/svg+xml",
};

/**
 * A benchmark as a file.
 *
 * @param runs the one, and those that the SVG draws beside it
 * @throws {MambaError} `invalid_argument` for an unknown format
 */
export function exportBenchmark(
  runs: readonly BenchmarkRun[],
  format: string,
  benchmarks: Pick<State["benchmarks"], "toText">,
): Response {
  const type = Object.hasOwn(TYPES, format) ? TYPES[format] : undefined;
  if (type === undefined) {
    const hint = `Use ${Object.keys(TYPES).join(", ")}.`;
    throw invalidArgument("format", `${showValue(format)} is not one`, hint);
  }
  const run = runs[0]!;
  const text = format === "csv" || format === "md"
    ? benchmarks.toText(run, format)
    : format === "svg"
    ? chartsDocument(runs)
    : JSON.stringify(run, null, 2) + "\n";
  return new Response(text, {
    headers: {
      "content-type": `${type}; charset=utf-8`,
      "cache-control": "no-store",
      "content-disposition":
        `attachment; filename="benchmark-${run.id}.${format}"`,
    },
  });
}
