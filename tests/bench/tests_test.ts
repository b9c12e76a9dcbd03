import { assertEquals, assertThrows } from "@std/assert";
import { benchTests, testName } from "../../lib/api/bench.ts";
import { testsOf } from "../../lib/cli/bench_flags.ts";
import { medianRatio } from "../../lib/bench/samples.ts";
import { differenceOf } from "../../lib/bench/contender.ts";
import { llamaPackage } from "../../lib/bench/peers/install_llama.ts";

Deno.test("benchTests() makes every test of its lists, prompts one by one", () => {
  const tests = benchTests({
    names: ["pp512", "tg128"],
    depths: [0, 4096],
    batches: [1, 8],
  });
  assertEquals(tests?.map(testName), [
    "pp512",
    "pp512 @ d4096",
    "tg128",
    "tg128 @ batch 8",
    "tg128 @ d4096",
    "tg128 @ batch 8 @ d4096",
  ]);
});

Deno.test("benchTests() knows names that are none", () => {
  for (const name of ["", "pp", "pp0", "tg-1", "xy12", "pp1.5", "tg99999999"]) {
    const lists = { names: [name], depths: [0], batches: [1] };
    assertEquals(benchTests(lists), undefined, name);
  }
});

Deno.test("testsOf() has the tests that are measured without a word", () => {
  assertEquals(testsOf({}).map(testName), [
    "pp128",
    "pp512",
    "pp2048",
    "tg128",
    "tg128 @ batch 4",
    "tg128 @ batch 8",
  ]);
});

Deno.test("medianRatio() compares what was measured side by side", () => {
  // Everything is slow at the third time: the ratios are 2, 2, 2 and 4.
  assertEquals(medianRatio([20, 22, 2, 40], [10, 11, 1, 10]), 2);
});

Deno.test("differenceOf() is relative to the largest, and sees a NaN", () => {
  const expected = Float32Array.of(1, -4, 2);
  assertEquals(differenceOf(expected, Float32Array.of(1, -4, 2)), 0);
  assertEquals(differenceOf(expected, Float32Array.of(2, -4, 2)), 0.25);
  assertEquals(differenceOf(expected, Float32Array.of(NaN, -4, 2)), Infinity);
});

Deno.test("llamaPackage() names the libraries of each platform", () => {
  assertEquals(llamaPackage("linux", "x86_64"), "@node-llama-cpp/linux-x64");
  assertEquals(llamaPackage("linux", "aarch64"), "@node-llama-cpp/linux-arm64");
  assertEquals(
    llamaPackage("darwin", "aarch64"),
    "@node-llama-cpp/mac-arm64-metal",
  );
  assertThrows(() => llamaPackage("freebsd", "x86_64"), Error, "freebsd");
});
