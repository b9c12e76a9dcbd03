import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { MambaConfig, MambaError } from "../../lib/mod.ts";
import { checkMemory } from "../../lib/training/check_memory.ts";
import { TINY_CONFIGS } from "../helpers/tiny_models.ts";

const options = {
  config: MambaConfig.from(TINY_CONFIGS.Mamba1),
  sizes: { tokens: 512, sequences: 3 },
  microBatchSize: 4,
};

Deno.test("checkMemory() grows with what is run at once", () => {
  const at = (microBatchSize: number) =>
    checkMemory({ ...options, microBatchSize, available: Infinity });
  const [one, two, three] = [at(1), at(2), at(3)];
  assertEquals(two - one > 512 * 32 * 4, true);
  assertEquals(Math.abs((three - two) / (two - one) - 1) < 0.05, true);
});

Deno.test("checkMemory() says what to lower", () => {
  const need = checkMemory({ ...options, available: Infinity });
  const refuse = (available: number) =>
    assertThrows(() => checkMemory({ ...options, available }), MambaError);
  const some = refuse(need - 1);
  assertEquals([some.code, some.field], ["out_of_memory", "microBatchSize"]);
  assertMatch(some.message, /4 rows of 512 tokens/);
  assertMatch(some.hint!, /Lower microBatchSize/);
  assertMatch(refuse(1000).hint!, /lower rowLength/);
});
