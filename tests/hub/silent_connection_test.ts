import { assert, assertEquals } from "@std/assert";
import { MambaError } from "../../lib/mod.ts";
import { pull, withCache } from "./cache_folder.ts";
import { MODEL, startHub, WEIGHTS } from "./hub_of_weights.ts";

/** Makes the collector look at everything that is old. */
function makeGarbage(): void {
  for (let round = 0; round < 10; round++) {
    Array.from({ length: 200_000 }, (_, index) => ({ round, index }));
  }
}

Deno.test("a silent download is stopped after the garbage was collected", async () => {
  await using hub = startHub((file) =>
    file === WEIGHTS ? { stallAfter: 100_000 } : undefined
  );
  await withCache(async (cache) => {
    const controller = new AbortController();
    const pulling = pull(hub, cache, MODEL, {
      signal: controller.signal,
      stallMs: 60_000,
    }).catch((error) => error);
    while (hub.sentBytes(WEIGHTS) < 100_000) {
      await new Promise((done) => setTimeout(done, 5));
    }
    // The loop turns meanwhile: what is under way lets go of what it can.
    for (let turn = 0; turn < 5; turn++) {
      makeGarbage();
      await new Promise((done) => setTimeout(done));
    }
    controller.abort();
    const error = await pulling;
    assert(error instanceof MambaError);
    assertEquals(error.code, "aborted");
  });
});
