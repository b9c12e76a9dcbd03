import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import type { ModelOverview } from "../../lib/api/model_overview.ts";
import type { PullUpdate } from "../../lib/api/pull_status.ts";
import { readEventStream } from "../../lib/web/read_event_stream.ts";
import { ended, withModelsBench } from "./models_bench.ts";
import { json, type Site } from "./test_app.ts";

async function overviewOf(site: Site): Promise<ModelOverview> {
  const response = await site("/api/models/overview");
  assertEquals(response.headers.get("cache-control"), "no-store");
  return await response.json();
}

Deno.test("GET /api/models/overview lists what is here and what can be fetched", async () => {
  await withModelsBench(async ({ site, cache }) => {
    const { models, loaded, limitBytes, freeBytes, pulls } = await overviewOf(
      site,
    );
    assertEquals(models.map(({ id, place }) => `${place} ${id}`), [
      "folder fairy-mamba1",
      "folder fairy-mamba2",
      "folder tiny",
      ...["130m", "370m", "790m", "1.4b", "2.8b"]
        .map((size) => `hub state-spaces/mamba-${size}`),
      ...["130m", "370m", "780m", "1.3b", "2.7b"]
        .map((size) => `hub state-spaces/mamba2-${size}`),
    ]);
    const [fairy, , tiny, known] = models;
    assertEquals(fairy!.licence, "apache-2.0");
    assertEquals(fairy!.parameters, 3_625_440);
    assertEquals(tiny!.licence, undefined);
    assertEquals(known!.licence, "Apache-2.0");
    assertEquals(known!.diskBytes, undefined);
    // 129 million weights of four bytes.
    assertEquals(known!.memory.f32, 4 * known!.parameters);
    assertGreater(known!.memory.f32, known!.memory.f16);
    assertGreater(known!.memory.q8, known!.memory.q4);
    assertEquals([loaded, pulls, limitBytes], [[], [], 1e9]);
    assertGreater(freeBytes!, 0);
    // Where models lie is the machine's business alone.
    assert(!JSON.stringify(models).includes(cache.replace(/hub$/, "")));
  });
});

Deno.test("POST /api/models/pull fetches a model, its events tell how far it is", async () => {
  await withModelsBench(async ({ site }) => {
    const response = await site(
      "/api/models/pull",
      json({ model: "owner/tiny" }),
    );
    assertEquals(response.status, 202);
    const [{ id, state }] = await response.json();
    assertEquals([id, state], ["owner--tiny", "queued"]);
    const stream = await site(`/api/models/pull/${id}/events`);
    assertMatch(stream.headers.get("content-type")!, /^text\/event-stream/);
    const frames = await Array.fromAsync(readEventStream(stream.body!));
    const last: PullUpdate = JSON.parse(frames.at(-1)!.data);
    assertEquals(last.status.state, "done");
    assertGreater(last.status.totalBytes, 0);
    assertGreater(last.status.freeBytes!, 0);
    const { models, pulls } = await overviewOf(site);
    const row = models.at(-1)!;
    assertEquals([row.id, row.place], ["owner/tiny", "download"]);
    assertGreater(row.diskBytes!, 0);
    assertEquals(pulls.map(({ state }) => state), ["done"]);
    assertEquals(await (await site("/api/models/pull")).json(), pulls);
  });
});

Deno.test("POST cancel stops a download, which is then listed as unfinished", async () => {
  await withModelsBench(async ({ site, hub, pulls }) => {
    const reached = Promise.withResolvers<void>();
    hub.behaviour = (file) => ({
      pieceBytes: 50_000,
      beforePiece: async (offset, left) => {
        if (!file.endsWith(".bin") || offset < 100_000) return;
        reached.resolve();
        await new Promise((done) => left.addEventListener("abort", done));
      },
    });
    await site("/api/models/pull", json({ model: "mamba-130m" }));
    await reached.promise;
    const id = "state-spaces--mamba-130m";
    const busy = await site("/api/models/state-spaces/mamba-130m", {
      method: "DELETE",
    });
    assertEquals(busy.status, 503);
    const response = await site(`/api/models/pull/${id}/cancel`, {
      method: "POST",
    });
    assertEquals(response.status, 200);
    assertEquals(await ended(pulls, id), "cancelled");
    const find = async () =>
      (await overviewOf(site)).models.find(({ published }) =>
        published === "mamba-130m"
      )!;
    const row = await find();
    assertEquals([row.id, row.place], ["state-spaces/mamba-130m", "hub"]);
    assertGreater(row.partialBytes!, 50_000);
    const removed = await site("/api/models/state-spaces%2Fmamba-130m", {
      method: "DELETE",
    });
    assertEquals(removed.status, 200);
    assertGreater((await removed.json()).freedBytes, 50_000);
    assertEquals((await find()).partialBytes, undefined);
  });
});

Deno.test("POST load and unload, DELETE: a model goes into memory and away", async () => {
  await withModelsBench(async ({ site, pulls, engine }) => {
    pulls.start("owner/tiny");
    assertEquals(await ended(pulls, "owner--tiny"), "done");
    const load = await site(
      "/api/models/load",
      json({ model: "owner/tiny", dtype: "f16" }),
    );
    const { model, dtype, weightBytes, uses } = await load.json();
    assertEquals([load.status, model, dtype, uses], [
      200,
      "owner/tiny",
      "f16",
      0,
    ]);
    const { loaded, models } = await overviewOf(site);
    assertEquals(loaded.map(({ model }) => model), ["owner/tiny"]);
    assertEquals(loaded[0]!.weightBytes, weightBytes);
    assertEquals(models.at(-1)!.memory.f16, weightBytes);

    const lease = await engine.lease("owner/tiny", { dtype: "f16" });
    const path = "/api/models/owner/tiny";
    for (
      const refused of [
        await site(path, { method: "DELETE" }),
        await site("/api/models/unload", json({ model: "owner/tiny" })),
      ]
    ) {
      const { error } = await refused.json();
      assertEquals([refused.status, error.code], [503, "busy"]);
    }
    lease[Symbol.dispose]();
    const unload = await site(
      "/api/models/unload",
      json({ model: "owner/tiny" }),
    );
    assertEquals(await unload.json(), { freedBytes: weightBytes });
    await site("/api/models/load", json({ model: "owner/tiny" }));
    const removed = await site(path, { method: "DELETE" });
    assertEquals((await removed.json()).id, "owner/tiny");
    const after = await overviewOf(site);
    assertEquals(after.loaded, []);
    assertEquals(after.models.some(({ id }) => id === "owner/tiny"), false);
  });
});

Deno.test("the model routes name what is wrong, and refuse other sites", async () => {
  await withModelsBench(async ({ site, pulls }) => {
    const cases: [string, unknown, number, string | undefined][] = [
      ["pull", "{", 400, undefined],
      ["pull", [], 400, undefined],
      ["pull", {}, 400, "model"],
      ["pull", { model: "../x" }, 400, "model"],
      ["pull", { model: "a/".repeat(3000) }, 413, "model"],
      ["load", { model: 7 }, 400, "model"],
      ["load", { model: "none" }, 404, "model"],
      ["load", { model: "tiny", dtype: "q5" }, 400, "dtype"],
      ["load", { model: "tiny", device: "moon" }, 400, "device"],
      ["unload", { model: "tiny", dtype: "q5" }, 400, "dtype"],
      ["unload", {}, 400, "model"],
    ];
    for (const [action, body, status, field] of cases) {
      const response = await site(`/api/models/${action}`, json(body));
      const { error } = await response.json();
      assertEquals([response.status, error.field], [status, field], action);
      assertMatch(error.message, /^Cannot /);
    }
    const foreign = { origin: "https://elsewhere.example" };
    for (const action of ["pull", "load", "unload", "pull/x/cancel"]) {
      const response = await site(
        `/api/models/${action}`,
        json({ model: "owner/tiny" }, foreign),
      );
      assertEquals(response.status, 403, action);
    }
    const remove = (name: string, headers = {}) =>
      site(`/api/models/${name}`, { method: "DELETE", headers });
    assertEquals((await remove("owner/tiny", foreign)).status, 403);
    assertEquals((await remove("owner/none")).status, 404);
    assertEquals((await remove("tiny")).status, 400);
    assertEquals((await remove("%ff")).status, 404);
    assertEquals((await site("/api/models/pull/no/events")).status, 404);
    assertEquals(pulls.list(), []);
  });
});
