import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { BenchReport, BenchRow } from "../../lib/api/bench.ts";
import { toCsv } from "../../lib/bench/csv_report.ts";
import { toMarkdown } from "../../lib/bench/report.ts";
import { summarize } from "../../lib/bench/samples.ts";

function row(fields: Partial<BenchRow>): BenchRow {
  return {
    engine: "fresh-mamba",
    model: "mamba-130m",
    dtype: "q8",
    threads: 2,
    backend: "cpu: AVX2, 2 threads",
    test: "tg128",
    unit: "tok/s",
    samples: summarize([30, 32]),
    ...fields,
  };
}

const REPORT: BenchReport = {
  date: "2026-01-02T03:04:05.000Z",
  machine: {
    freshMamba: "0.1.0",
    deno: "2.9.0",
    os: "linux",
    arch: "x86_64",
    processor: "Some processor",
    cores: 2,
    memoryBytes: 8 * 2 ** 30,
  },
  loadAverage: 3.14,
  device: "cpu",
  repetitions: 2,
  peer: "llama.cpp v9",
  models: [{
    model: "mamba-130m",
    dtype: "q8",
    parameters: 129e6,
    weightBytes: 144e6,
    stateBytes: 3e6,
    bytesPerToken: 150e6,
    operationsPerToken: 258e6,
  }],
  limits: [{
    threads: 2,
    bandwidth: summarize([20e9, 22e9]),
    peakF32: summarize([80e9]),
    peakInt8: summarize([300e9]),
  }],
  checks: [{
    model: "mamba-130m",
    dtype: "q8",
    threads: 2,
    peer: "llama.cpp",
    difference: 0.0081,
  }],
  rows: [
    row({ share: { of: "bandwidth", value: 0.875 }, ratio: 1.5 }),
    row({
      engine: "llama.cpp",
      samples: summarize([20, 21]),
      backend: 'a "b"',
    }),
    row({ test: "tg128 http", samples: summarize([25]) }),
    row({ test: "load", unit: "ms", samples: summarize([85]), ratio: 0.5 }),
    row({
      engine: "llama.cpp",
      test: "load",
      unit: "ms",
      samples: summarize([170]),
    }),
    row({ test: "peak memory", unit: "bytes", samples: summarize([2e8]) }),
    row({ threads: 1, samples: summarize([15]) }),
  ],
};

Deno.test("toMarkdown() has a line for each of our rows, the peer beside it", () => {
  const text = toMarkdown(REPORT);
  const head = "| mamba-130m q8 | 144 MB | 129.0 M | cpu |";
  for (
    const line of [
      `${head} 2 | tg128 | 31.0 ± 1.4 | 87.5 % of bandwidth | 20.5 ± 0.7 | 1.50 |`,
      `${head} 2 | tg128 http | 25.0 ± 0.0 |  |  |  |`,
      `${head} 2 | load | 85.0 ± 0.0 ms |  | 170 ± 0 ms | 0.50 |`,
      `${head} 2 | peak memory | 200 ± 0 MB |  |  |  |`,
      // Of other threads: not beside those of two.
      `${head} 1 | tg128 | 15.0 ± 0.0 |  |  |  |`,
      "| 2 | 21.0 (20.0 to 22.0) | 80.0 (80.0 to 80.0) | 300.0 (300.0 to 300.0) |",
    ]
  ) assertStringIncludes(text, `\n${line}\n`);
  assertStringIncludes(text, "at most 8.1e-3 of the largest apart");
  // 1000 / 25 - 1000 / 31 milliseconds.
  assertStringIncludes(text, "a server adds 7.74 ms to a token, 24.0 %");
  assertStringIncludes(text, "llama.cpp v9");
  // Whoever reads ratios shall see that the machine was not idle.
  assertStringIncludes(text, "load average 3.1 before");
});

Deno.test("toMarkdown() says nothing of a peer without one", () => {
  const { peer: _, ...alone } = REPORT;
  const rows = REPORT.rows.filter(({ engine }) => engine === "fresh-mamba")
    .map(({ ratio: _, ...one }) => one);
  const text = toMarkdown({ ...alone, checks: [], rows });
  assert(!/llama|\bratio\b|NaN|undefined/.test(text), text);
});

Deno.test("toCsv() has a line for each row, quoted where it must be", () => {
  const lines = toCsv(REPORT).split("\r\n");
  assertEquals(lines.length, 1 + REPORT.rows.length + 1);
  assertEquals(
    lines[1],
    'fresh-mamba,mamba-130m,q8,2,"cpu: AVX2, 2 threads",tg128,tok/s,' +
      `31,${Math.SQRT2},31,2,bandwidth,0.875,1.5`,
  );
  assertStringIncludes(lines[2]!, ',"a ""b""",');
  assertEquals(lines.at(-1), "");
});
