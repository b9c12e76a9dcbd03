import type {
  BenchLimits,
  BenchModel,
  BenchReport,
  BenchRow,
  BenchUnit,
  Samples,
} from "../api/bench.ts";
import { medianOf, showSamples } from "./samples.ts";

/** The report as Markdown. */
export function toMarkdown(report: BenchReport): string {
  const { machine, peer } = report;
  const sections = [
    [
      `${machine.processor}, ${machine.cores} cores, ${
        gigabytes(machine.memoryBytes)
      }, ${machine.os} ${machine.arch}, Deno ${machine.deno}, ` +
      `Fresh Mamba ${machine.freshMamba}, ${report.date}, load average ` +
      `${report.loadAverage.toFixed(1)} before`,
    ],
    backends(report),
    results(report),
    [
      "Tokens per second, milliseconds or bytes: mean ± standard deviation of " +
      `the repetitions (${report.repetitions}). Shares are medians: of the read ` +
      "bandwidth, a text needing the weights once and each state twice a " +
      "step; of the peak, a prompt needing two operations a weight of its " +
      "matrices and token." +
      (peer === undefined ? "" : ` Beside each test ran ${peer}; the ratio ` +
        "is the median of ours by theirs, measured one after the other: of " +
        "speeds more is better, of load and memory less."),
    ],
    limits(report.limits),
    checks(report),
    server(report),
  ];
  return sections.filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n") + "\n").join("\n");
}

/** Lines of a Markdown table. */
export function table(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

/** A value with its unit: `31.2 ± 0.4`, `85.1 ± 1.2 ms`, `561 ± 2 MB`. */
export function showValue(samples: Samples, unit: BenchUnit): string {
  if (unit === "tok/s") return showSamples(samples);
  if (unit === "ms") return `${showSamples(samples)} ms`;
  const { mean, deviation } = samples;
  return `${showSamples({ mean: mean / 1e6, deviation: deviation / 1e6 })} MB`;
}

/** Who computed with what: rows only name the device. */
function backends({ rows }: BenchReport): string[] {
  const lines = rows.filter(({ backend }) => backend !== "")
    .map(({ engine, backend }) => `- ${engine}: ${backend}`);
  return [...new Set(lines)];
}

function results({ rows, models, device, peer }: BenchReport): string[] {
  const head = ["model", "size", "params", "backend", "threads", "test"];
  const beside = peer === undefined ? [] : ["llama.cpp", "ratio"];
  const ours = rows.filter(({ engine }) => engine === "fresh-mamba");
  return table(
    [
      ...head,
      peer === undefined ? "result" : "Fresh Mamba",
      "share",
      ...beside,
    ],
    ours.map((row) => [
      ...describe(row, models),
      device,
      String(row.threads),
      row.test,
      showValue(row.samples, row.unit),
      row.share === undefined
        ? ""
        : `${percent(row.share.value)} of ${row.share.of}`,
      ...peer === undefined ? [] : besides(row, rows),
    ]),
  );
}

function describe(
  { model, dtype }: BenchRow,
  models: readonly BenchModel[],
): string[] {
  const found = models.find((one) =>
    one.model === model && one.dtype === dtype
  );
  return [
    `${model} ${dtype}`,
    found === undefined ? "" : megabytes(found.weightBytes),
    found === undefined ? "" : `${(found.parameters / 1e6).toFixed(1)} M`,
  ];
}

function besides(row: BenchRow, rows: readonly BenchRow[]): string[] {
  const theirs = rows.find((one) =>
    one.engine !== row.engine && same(one, row)
  );
  if (theirs === undefined || row.ratio === undefined) return ["", ""];
  return [showValue(theirs.samples, theirs.unit), row.ratio.toFixed(2)];
}

function same(a: BenchRow, b: BenchRow): boolean {
  return sameCase(a, b) && a.test === b.test;
}

function sameCase(a: BenchRow, b: BenchRow): boolean {
  return a.model === b.model && a.dtype === b.dtype && a.threads === b.threads;
}

/** One line for each number of threads, whatever was measured beside it. */
function limits(all: readonly BenchLimits[]): string[] {
  const counts = [...new Set(all.map(({ threads }) => threads))];
  const of = (
    threads: number,
    key: "bandwidth" | "peakF32" | "peakInt8",
  ) => {
    const samples = all.filter((one) => one.threads === threads)
      .flatMap((one) => one[key].samples);
    const [middle, least, most] = [
      medianOf(samples),
      Math.min(...samples),
      Math.max(...samples),
    ].map((value) => (value / 1e9).toFixed(1));
    return `${middle} (${least} to ${most})`;
  };
  return table(
    ["threads", "read GB/s", "f32 GFLOP/s", "int8 GOP/s"],
    counts.map((threads) => [
      String(threads),
      of(threads, "bandwidth"),
      of(threads, "peakF32"),
      of(threads, "peakInt8"),
    ]),
  );
}

function checks({ checks }: BenchReport): string[] {
  return checks.map(({ model, dtype, threads, peer, difference }) =>
    `- ${model} ${dtype}, ${count(threads)}: logits of ${peer} are at most ` +
    `${difference.toExponential(1)} of the largest apart`
  );
}

/** What queue, tokenizer, sampling, events and HTTP add to a token. */
function server({ rows }: BenchReport): string[] {
  return rows.flatMap((row) => {
    const [, test] = /^(.+) http$/.exec(row.test) ?? [];
    const bare = rows.find((one) =>
      one.engine === row.engine && sameCase(one, row) && one.test === test
    );
    if (bare === undefined) return [];
    const token = 1000 / bare.samples.median;
    const added = 1000 / row.samples.median - token;
    return [
      `- ${row.model} ${row.dtype}, ${count(row.threads)}: a server adds ` +
      `${added.toFixed(2)} ms to a token, ${percent(added / token)}`,
    ];
  });
}

function count(threads: number): string {
  return `${threads} thread${threads === 1 ? "" : "s"}`;
}

function megabytes(bytes: number): string {
  const value = bytes / 1e6;
  return `${value.toFixed(value < 100 ? 1 : 0)} MB`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(0)} GiB`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
