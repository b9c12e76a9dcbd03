import type { Samples } from "../api/bench.ts";
import type { DtypeName } from "../api/device_info.ts";
import type { CompareRequest } from "../api/compare.ts";
import { compareModels } from "../engine/compare_models.ts";
import { Engine } from "../engine/engine.ts";
import type { DeviceChoice } from "../native/device.ts";
import { medianOf, summarize } from "./samples.ts";
import { table } from "./report.ts";

/** Options of {@linkcode benchTogether}. */
export interface TogetherOptions {
  /** Two to four models, each a column of the page `/compare`. */
  models: readonly { name: string; directory: string }[];
  device: DeviceChoice | undefined;
  dtype: DtypeName | undefined;
  threads: number | undefined;
  /** Tokens of each column. */
  tokens: number;
  repetitions: number;
  onProgress(text: string): void;
  /** Checked between two measurements. */
  signal: AbortSignal;
}

/** What was measured. Times are milliseconds. */
export interface TogetherReport {
  models: string[];
  tokens: number;
  /** Each column alone. */
  alone: Samples[];
  /** All columns, from the first one's start to the last one's end. */
  together: Samples;
  /**
   * The median of: together by the sum of the same repetition's columns alone.
   * All columns share the machine's cores and bandwidth, so 1 is what their
   * work explains.
   */
  ratio: number;
}

/**
 * Measures what it costs to stream several columns at once: the way that the
 * page `/compare` takes, but for HTTP.
 */
export async function benchTogether(
  { models, device, dtype, threads, ...options }: TogetherOptions,
): Promise<TogetherReport> {
  await using engine = Engine.open({
    allowPaths: true,
    ...device !== undefined && { device },
    ...dtype !== undefined && { dtype },
    ...threads !== undefined && { threads },
  });
  const columns = models.map(({ directory }) => ({ model: directory }));
  const alone: number[][] = models.map(() => []);
  const together: number[] = [];
  for (const { model } of columns) {
    // What loading left to the background is over before the first one.
    await (await engine.load(model)).native.settle();
  }
  for (let i = 0; i <= options.repetitions; i++) {
    options.onProgress(`repetition ${i} of ${options.repetitions}`);
    for (const [column, one] of columns.entries()) {
      const took = await timeColumns(engine, [one], options);
      // The first only warms up.
      if (i > 0) alone[column]!.push(took);
    }
    const took = await timeColumns(engine, columns, options);
    if (i > 0) together.push(took);
  }
  return {
    models: models.map(({ name }) => name),
    tokens: options.tokens,
    alone: alone.map(summarize),
    together: summarize(together),
    ratio: medianOf(
      together.map((took, i) =>
        took / alone.reduce((sum, column) => sum + column[i]!, 0)
      ),
    ),
  };
}

async function timeColumns(
  engine: Engine,
  columns: CompareRequest["columns"],
  { tokens, signal }: Pick<TogetherOptions, "tokens" | "signal">,
): Promise<number> {
  const start = performance.now();
  const request: CompareRequest = {
    prompt: "Once upon a time",
    maxTokens: tokens,
    ignoreEos: true,
    seed: 1,
    columns,
  };
  for await (const event of compareModels(engine, request, { signal })) {
    if (event.type !== "column" || event.event.type !== "error") continue;
    throw new Error(event.event.error.message);
  }
  return performance.now() - start;
}

/** The report as Markdown. */
export function togetherToMarkdown(report: TogetherReport): string {
  const show = ({ median, deviation }: Samples) =>
    `${median.toFixed(0)} ± ${deviation.toFixed(0)} ms`;
  const rows = report.models.map((
    name,
    i,
  ) => [`${name} alone`, show(report.alone[i]!), ""]);
  rows.push([
    "all at once",
    show(report.together),
    `${report.ratio.toFixed(3)} × the sum`,
  ]);
  return [
    `Columns of ${report.tokens} tokens each, as the page /compare streams ` +
    "them: medians ± standard deviation. They share cores and bandwidth, so " +
    "the sum is what their work explains.",
    "",
    ...table(["columns", "time", "ratio"], rows),
    "",
  ].join("\n");
}
