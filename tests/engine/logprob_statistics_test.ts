import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { MambaError } from "../../lib/mod.ts";
import { LogprobStatistics } from "../../lib/engine/logprob_statistics.ts";

Deno.test("LogprobStatistics keeps a small spread around a large mean", () => {
  const statistics = new LogprobStatistics();
  for (let i = 0; i < 1000; i++) statistics.add([1, 2], [-1e6, -1e6 - 1e-3]);
  const { meanLogprob, standardError } = statistics.result(1);
  assertAlmostEquals(meanLogprob, -1e6 - 5e-4, 1e-8);
  assertAlmostEquals(standardError! * Math.sqrt(1999), 5e-4, 1e-7);
});

Deno.test("LogprobStatistics has no error where nothing varies", () => {
  const statistics = new LogprobStatistics(() => 2);
  statistics.add([1, 2, 3], [-1, -1, -1]);
  const { bitsPerByte, bitsPerByteError, bytes } = statistics.result(1);
  assertEquals([bitsPerByteError, bytes], [0, 6]);
  assertAlmostEquals(bitsPerByte!, 1 / (2 * Math.LN2), 1e-12);
});

Deno.test("LogprobStatistics names the token that has no probability", () => {
  for (const bad of [-Infinity, NaN]) {
    const error = assertThrows(
      () => new LogprobStatistics().add([7, 8], [-1, bad]),
      MambaError,
      "id 8",
    );
    assertEquals(error.code, "numeric");
  }
});
