import { assertEquals, assertStringIncludes } from "@std/assert";
import type { BenchmarkRun } from "../../lib/api/benchmark.ts";
import { parseBenchmarkRequest } from "../../lib/api/benchmark_request.ts";
import { benchCharts } from "../../lib/web/benchmark/bench_charts.ts";
import { plotHeight } from "../../lib/web/benchmark/benchmark_charts.tsx";
import { meanText, resultText } from "../../lib/web/benchmark/bench_rows.ts";
import { chartsDocument } from "../../lib/web/benchmark/charts_document.tsx";
import { emptyReport, fakeRow } from "../bench/fake_bench.ts";

const REQUEST = parseBenchmarkRequest({
  shapes: ["mamba-tiny"],
  dtypes: ["f32", "f16"],
  tests: ["pp128", "pp512", "tg128"],
  depths: [0, 4096],
});

const TESTS = REQUEST.tests.flatMap((test) => [test, `${test} @ d4096`]);

function runOf(dtypes: string[], given: Partial<BenchmarkRun> = {}) {
  const rows = dtypes.flatMap((dtype) =>
    TESTS.map((test) => fakeRow(test, { dtype }))
  );
  const run: BenchmarkRun = {
    id: "1",
    title: "tiny",
    createdAt: "2026-01-31T14:05:00.000Z",
    state: "done",
    stopping: false,
    progress: { text: "", done: 0, steps: 1 },
    request: REQUEST,
    notes: [],
    report: { ...emptyReport(), rows },
    ...given,
  };
  return run;
}

Deno.test("benchCharts() keeps the place of all that a run will tell", () => {
  const before = benchCharts([runOf([], { state: "running" })]);
  const during = benchCharts([runOf(["f32"], { state: "running" })]);
  const after = benchCharts([runOf(["f32", "f16"])]);
  const ids = [
    ...["speed-pp", "speed-tg", "lengths", "depths-tg", "depths-pp"],
    "shares",
  ];
  for (const charts of [before, during, after]) {
    assertEquals(charts.map(({ id }) => id), ids);
    assertEquals(charts.map(plotHeight), after.map(plotHeight));
  }
});

Deno.test("benchCharts() draws curves where there is more than a point", () => {
  const flat = runOf(["f32"], { report: emptyReport() });
  flat.report!.rows.push(fakeRow("pp128"), fakeRow("load", { unit: "ms" }));
  assertEquals(benchCharts([flat]).map(({ id }) => id), ["speed-pp", "shares"]);
});

Deno.test("benchCharts() tells runs and engines apart", () => {
  const imported = [fakeRow("tg128", { engine: "llama.cpp" })];
  const { request: _request, report: _report, ...rest } = runOf([]);
  const charts = benchCharts([
    runOf(["f32"]),
    { ...rest, id: "2", imported },
  ]);
  const decode = charts.find(({ id }) => id === "speed-tg");
  if (decode?.kind !== "bars") throw new Error("There are no bars");
  assertEquals(decode.bars.map(({ label, peer }) => [label, peer]), [
    ["tg128 · #1 · mamba-tiny f32 · fresh-mamba", false],
    ["tg128 · #2 · mamba-tiny f32 · llama.cpp", true],
  ]);
  assertEquals(new Set(decode.bars.map(({ look }) => look)).size, 2);
});

Deno.test("chartsDocument() draws the flat line as a flat line", () => {
  const svg = chartsDocument([runOf(["f32"])]);
  const decode = svg.slice(svg.indexOf("Decode by depth"));
  const [, y1, y2] = /class="bench-line"[^>]* y1="([\d.]+)"[^>]* y2="([\d.]+)"/
    .exec(decode) ?? [];
  assertEquals(y1, y2);
  assertStringIncludes(decode, "100 → 100");
});

Deno.test("results are written with digits that make sense", () => {
  assertEquals(meanText({ mean: 1.234, deviation: 0.1 }), "1.23 ± 0.10");
  assertEquals(
    meanText({ mean: 12345, deviation: 1000 }),
    "12\u202f345 ± 1\u202f000",
  );
  const samples = { mean: 2e6, median: 2e6, deviation: 0, samples: [2e6] };
  assertEquals(
    resultText(fakeRow("peak memory", { unit: "bytes", samples })),
    "2.00 ± 0.00 MB",
  );
});
