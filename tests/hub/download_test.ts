import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { MambaError } from "../../lib/mod.ts";
import type { Misbehaviour } from "../helpers/loopback_hub/misbehaviour.ts";
import {
  etagOf,
  stateSpacesModel,
} from "../helpers/loopback_hub/repositories.ts";
import { pull, withCache } from "./cache_folder.ts";
import {
  CONTENT,
  inTurn,
  leftovers,
  MODEL,
  pullWhole,
  startHub,
  WEIGHTS,
} from "./hub_of_weights.ts";

/** How much of a file is there that is not complete. */
async function partialSize(cache: string): Promise<number> {
  const paths = await leftovers(cache);
  const path = paths.find((path) => path.endsWith(".incomplete"));
  return path === undefined ? 0 : (await Deno.stat(join(cache, path))).size;
}

const pause = () => new Promise((done) => setTimeout(done, 1));

Deno.test("a broken connection is gone on with where it broke", async () => {
  await using hub = startHub(
    inTurn({ breakAfter: 100_000 }, { breakAfter: 50_000 }),
  );
  await withCache(async (cache) => {
    const { retries, pulled } = await pullWhole(hub, cache);
    assertEquals(retries.length, 2);
    assertEquals(hub.sentBytes(WEIGHTS), CONTENT.length);
    const [first, second, third] = hub.requestsFor(WEIGHTS)
      .map(({ headers }) => headers);
    assertEquals(first!.get("range"), null);
    assertEquals(second!.get("range"), "bytes=100000-");
    assertEquals(third!.get("range"), "bytes=150000-");
    const storageEtag = `"${
      etagOf(stateSpacesModel(MODEL, CONTENT).files[3]!).slice(0, 32)
    }-7"`;
    assertEquals(third!.get("if-range"), storageEtag);
    assertEquals(pulled.fetchedBytes, pulled.totalBytes);
  });
});

Deno.test("a later pull goes on with what a stopped one has left", async () => {
  const controller = new AbortController();
  let folder = "";
  await using hub = startHub(inTurn({
    beforePiece: async (offset, left) => {
      if (offset < 100_000) return;
      while (await partialSize(folder) === 0) await pause();
      controller.abort();
      while (!left.aborted) await pause();
    },
  }));
  await withCache(async (cache) => {
    folder = cache;
    const error = await assertRejects(
      () => pull(hub, cache, MODEL, { signal: controller.signal }),
      MambaError,
    );
    assertEquals(error.code, "aborted");
    const size = await partialSize(cache);
    assert(size > 0 && size <= 100_000 + 16_384, `${size}`);
    const { events } = await pullWhole(hub, cache);
    assert(events.some(({ type }) => type === "check"));
    const plan = events.find((event) => event.type === "plan")!;
    assertEquals(plan.files.at(-1)?.doneBytes, size);
    assertEquals(hub.requestsFor(WEIGHTS).at(-1)?.from, size);
  });
});

for (const status of [429, 500, 502, 503, 504]) {
  Deno.test(`an answer ${status} is tried again`, async () => {
    await using hub = startHub(inTurn({ status }, { status }));
    await withCache(async (cache) => {
      const { retries } = await pullWhole(hub, cache);
      assertEquals(retries.length, 2);
    });
  });
}

Deno.test("Retry-After is kept to, and one that is too long is told", async () => {
  const asks = (seconds: string): Misbehaviour => ({
    status: 429,
    headers: { "retry-after": seconds },
  });
  await using hub = startHub(inTurn(asks("1"), undefined, asks("3600")));
  await withCache(async (cache) => {
    const started = performance.now();
    const { retries } = await pullWhole(hub, cache);
    assertEquals(retries.map((event) => event.waitSeconds), [1]);
    assert(performance.now() - started >= 990);
  });
  await withCache(async (cache) => {
    const error = await assertRejects(
      () => pull(hub, cache, MODEL),
      MambaError,
      "asks for a pause",
    );
    assertEquals(error.code, "network");
    assertEquals(error.hint, "The server asks to wait 3600 seconds.");
  });
});

Deno.test("a server that fails for good is told after some tries", async () => {
  await using hub = startHub(() => ({ status: 503 }));
  await withCache(async (cache) => {
    const error = await assertRejects(
      () => pull(hub, cache, MODEL),
      MambaError,
      "config.json of state-spaces/mamba-130m",
    );
    assertEquals(error.code, "network");
    assertEquals(hub.requestsFor("config.json").length, 5);
  });
});

Deno.test("progress begins the count of failures anew", async () => {
  const breaks = Array.from({ length: 12 }, () => ({ breakAfter: 20_000 }));
  await using hub = startHub(inTurn(...breaks));
  await withCache(async (cache) => {
    await pullWhole(hub, cache);
    assertEquals(hub.sentBytes(WEIGHTS), CONTENT.length);
  });
});

Deno.test("a connection that says nothing more is given up and begun anew", async () => {
  await using hub = startHub(inTurn({ stallAfter: 120_000 }));
  await withCache(async (cache) => {
    const { retries } = await pullWhole(hub, cache);
    assertEquals(retries.length, 1);
    assert(retries[0]!.reason.endsWith("does not answer"));
    assertEquals(hub.sentBytes(WEIGHTS), CONTENT.length);
  });
});

Deno.test("a server without ranges begins anew, and is not asked for ever", async () => {
  const bad = { breakAfter: 100_000, noRanges: true };
  await using hub = startHub(inTurn(bad, { noRanges: true }));
  await withCache(async (cache) => {
    await pullWhole(hub, cache);
    assertEquals(hub.sentBytes(WEIGHTS), 400_000);
  });
  await using never = startHub(inTurn(...Array(50).fill(bad)));
  await withCache(async (cache) => {
    await assertRejects(() => pull(never, cache, MODEL), MambaError, WEIGHTS);
    // The first try got somewhere, four more did not.
    assertEquals(never.requestsFor(WEIGHTS).length, 5);
  });
});

Deno.test("nothing is fetched that is not missing", async () => {
  await using hub = startHub(() => undefined);
  await withCache(async (cache) => {
    await pullWhole(hub, cache);
    const before = hub.requests.length;
    const { pulled, events } = await pullWhole(hub, cache);
    assertEquals(pulled.fetchedBytes, 0);
    // Which commit the branch means now is asked, and nothing else.
    assertEquals(hub.requests.length, before + 1);
    const plan = events.find((event) => event.type === "plan")!;
    assertEquals(plan.doneBytes, plan.totalBytes);
  });
});
