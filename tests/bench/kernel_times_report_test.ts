import { assertEquals, assertStringIncludes } from "@std/assert";
import { kernelTimesToMarkdown } from "../../lib/bench/kernel_times_report.ts";

Deno.test("a report of times has µs, shares and GB/s, the slowest first", () => {
  const text = kernelTimesToMarkdown([{
    model: "mamba-tiny",
    dtype: "f16",
    batch: 8,
    device: "Apple M1",
    tokens: 128,
    kernels: [
      { kernel: "fast", dispatches: 3, nanoseconds: 10_000, bytes: 500_000 },
      { kernel: "slow", dispatches: 2, nanoseconds: 30_000, bytes: 3_000_000 },
      { kernel: "untimed", dispatches: 1, nanoseconds: 0, bytes: 64 },
    ],
    millisecondsPerToken: 0.05,
    bytesNeeded: 4_000_000,
  }]);
  assertStringIncludes(text, "a decoded token of each of 8 sequences");
  assertStringIncludes(text, "Measured on Apple M1, means of 128 tokens");
  const rows = text.split("\n").filter((line) => line.startsWith("| "));
  assertEquals(rows.slice(2), [
    "| slow | 2 | 30.0 | 75.0 % | 3.00 | 100.0 |",
    "| fast | 3 | 10.0 | 25.0 % | 0.50 | 50.0 |",
    "| untimed | 1 | 0.0 |  | 0.00 |  |",
  ]);
  assertStringIncludes(text, "In all 40.0 µs of kernels");
  assertStringIncludes(text, "a token takes 50.0 µs");
  // 8 tokens in 0.05 ms, 4 MB in 0.05 ms.
  assertStringIncludes(text, "160000 tokens per second, 80.0 GB/s");
});
