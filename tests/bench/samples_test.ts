import { assertAlmostEquals, assertEquals } from "@std/assert";
import { showSamples, summarize } from "../../lib/bench/samples.ts";

Deno.test("summarize() gives mean, median and sample standard deviation", () => {
  const { mean, median, deviation, samples } = summarize(
    [9, 4, 2, 4, 5, 5, 7, 4],
  );
  assertEquals([mean, median], [5, 4.5]);
  assertAlmostEquals(deviation, Math.sqrt(32 / 7), 1e-12);
  assertEquals(samples.length, 8);
});

Deno.test("summarize() gives no deviation for a single sample", () => {
  assertEquals(summarize([3]), {
    mean: 3,
    median: 3,
    deviation: 0,
    samples: [3],
  });
});

Deno.test("showSamples() shows as many digits as make sense", () => {
  assertEquals(showSamples(summarize([1, 2])), "1.50 ± 0.71");
  assertEquals(showSamples(summarize([31, 32])), "31.5 ± 0.7");
  assertEquals(showSamples(summarize([1000, 1010])), "1005 ± 7");
});
