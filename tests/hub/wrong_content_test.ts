import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { MambaError } from "../../lib/mod.ts";
import {
  etagOf,
  noise,
  stateSpacesModel,
} from "../helpers/loopback_hub/repositories.ts";
import { pull, tree, withCache } from "./cache_folder.ts";
import {
  CONTENT,
  inTurn,
  leftovers,
  MODEL,
  pullWhole,
  startHub,
  WEIGHTS,
} from "./hub_of_weights.ts";

Deno.test("wrong content is fetched once more, and then refused", async () => {
  const wrong = { content: noise(CONTENT.length, 9) };
  await using hub = startHub(inTurn(wrong));
  await withCache(async (cache) => {
    const { retries } = await pullWhole(hub, cache);
    assert(retries[0]!.reason.includes("hash differs"));
  });
  await using bad = startHub(inTurn(wrong, wrong, wrong));
  await withCache(async (cache) => {
    const error = await assertRejects(
      () => pull(bad, cache, MODEL),
      MambaError,
      "hash differs",
    );
    assertEquals(error.code, "network");
    assertEquals(bad.requestsFor(WEIGHTS).length, 2);
    const paths = Object.keys(await tree(cache));
    assert(!paths.some((path) => path.endsWith(WEIGHTS)), paths.join("\n"));
    const sizes = Object.entries(await tree(cache))
      .filter(([path]) => path.endsWith(".incomplete")).map(([, size]) => size);
    assertEquals(sizes, [0]);
  });
});

Deno.test("another part than was asked for is not taken", async () => {
  await using hub = startHub(inTurn({ breakAfter: 100_000 }, { shiftBy: 10 }));
  await withCache(async (cache) => {
    const { retries } = await pullWhole(hub, cache);
    assertEquals(retries.length, 2);
    assert(retries[1]!.reason.includes("another part"));
  });
});

Deno.test("a file that is shorter than announced is begun anew", async () => {
  await using hub = startHub(inTurn({ breakAfter: 100_000 }, { status: 416 }));
  await withCache(async (cache) => {
    const { retries } = await pullWhole(hub, cache);
    assert(retries[1]!.reason.includes("less of it than was announced"));
    assertEquals(hub.requestsFor(WEIGHTS).at(-1)!.headers.get("range"), null);
  });
});

Deno.test("more and fewer bytes than announced are no file", async () => {
  const longer = new Uint8Array([...CONTENT, 1, 2, 3]);
  await using hub = startHub(
    inTurn({ content: longer }, { content: CONTENT.slice(0, 1000) }),
  );
  await withCache(async (cache) => {
    const { retries } = await pullWhole(hub, cache);
    assertEquals(retries.length, 2);
  });
});

Deno.test("a file that is another one by now is begun anew", async () => {
  await using hub = startHub(inTurn({ breakAfter: 64_000 }));
  await withCache(async (cache) => {
    const controller = new AbortController();
    await assertRejects(() =>
      pull(hub, cache, MODEL, {
        signal: controller.signal,
        onEvent: ({ type }) => type === "retry" && controller.abort(),
      })
    );
    const [left] = await leftovers(cache);
    // As if the storage had given another ETag for what was fetched.
    const etag = join(cache, left!.replace(/incomplete.*$/, "incomplete.etag"));
    await Deno.writeTextFile(etag, '"another"');
    await pullWhole(hub, cache);
    const last = hub.requestsFor(WEIGHTS).at(-1)!;
    assertEquals(last.headers.get("if-range"), '"another"');
    assertEquals(last.from, 0);
  });
});

Deno.test("what an earlier download left is checked too", async () => {
  await using hub = startHub(() => undefined);
  await withCache(async (cache) => {
    const model = stateSpacesModel(MODEL, CONTENT);
    const blobs = join(cache, "models--state-spaces--mamba-130m", "blobs");
    await Deno.mkdir(blobs, { recursive: true });
    const partial = join(blobs, `${etagOf(model.files[3]!)}.incomplete`);
    await Deno.writeFile(partial, noise(1000, 5));
    const { retries } = await pullWhole(hub, cache);
    assert(retries[0]!.reason.includes("hash differs"));
  });
});
