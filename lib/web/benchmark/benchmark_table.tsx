import { type BenchmarkRun, rowsOf } from "../../api/benchmark.ts";
import { formatBytes, groupDigits } from "../format.ts";
import { Table } from "../training/number_tables.tsx";
import { formatTime } from "../training/run_text.ts";
import { resultText, shareText } from "./bench_rows.ts";

/** Every number as a table, folded away. */
export function BenchmarkTables({ runs }: { runs: readonly BenchmarkRun[] }) {
  return (
    <details class="card fold">
      <summary>The numbers as tables</summary>
      {runs.map((run) => <ResultTable key={run.id} run={run} />)}
      <LimitTable run={runs[0]!} />
    </details>
  );
}

function ResultTable({ run }: { run: BenchmarkRun }) {
  return (
    <Table
      caption={`Run ${run.id}, ${
        formatTime(run.createdAt)
      }: mean ± standard deviation`}
      heads={[
        "Test",
        "Model",
        "Format",
        "Engine",
        "Threads",
        "Result",
        "Share",
      ]}
      rows={rowsOf(run).map((row) => [
        row.test,
        row.model,
        row.dtype,
        row.engine,
        groupDigits(row.threads),
        resultText(row),
        row.share === undefined
          ? "–"
          : `${shareText(row.share.value)} of ${row.share.of}`,
      ])}
    />
  );
}

function LimitTable({ run: { report } }: { run: BenchmarkRun }) {
  if (report === undefined) return null;
  const giga = (value: number) => (value / 1e9).toFixed(1);
  return (
    <Table
      caption="What the machine reached, in the middle"
      heads={["Threads", "Read GB/s", "f32 GFLOP/s", "int8 GOP/s"]}
      rows={report.limits.map(({ threads, bandwidth, peakF32, peakInt8 }) => [
        groupDigits(threads),
        giga(bandwidth.median),
        giga(peakF32.median),
        giga(peakInt8.median),
      ])}
    />
  );
}

/** What a run was measured on, and what it tells of its numbers. */
export function BenchmarkFacts({ run }: { run: BenchmarkRun }) {
  const { report, notes, imported } = run;
  const machine = report?.machine;
  const facts: [string, string][] = machine === undefined ? [] : [
    ["Processor", `${machine.processor}, ${machine.cores} cores`],
    ["Memory", formatBytes(machine.memoryBytes)],
    ["System", `${machine.os} ${machine.arch}`],
    ["Version", `Fresh Mamba ${machine.freshMamba}, Deno ${machine.deno}`],
    ["Device", backendOf(run)],
    ["Load average before", report!.loadAverage.toFixed(1)],
    ["Repetitions", String(report!.repetitions)],
  ];
  const source = imported === undefined ? "measured here" : "imported";
  return (
    <details class="card fold" open>
      <summary>About the numbers</summary>
      <dl class="facts">
        {[...facts, ["Date", `${formatTime(run.createdAt)}, ${source}`]].map((
          [name, value],
        ) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {notes.length > 0 && (
        <ul class="bench-notes help">
          {notes.map((note) => <li key={note}>{note}</li>)}
        </ul>
      )}
    </details>
  );
}

function backendOf(run: BenchmarkRun): string {
  const row = rowsOf(run).find(({ backend }) => backend !== "");
  return row?.backend ?? run.report?.device ?? "–";
}
