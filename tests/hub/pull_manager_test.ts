import { assert, assertEquals, assertThrows } from "@std/assert";
import type { PullStatus } from "../../lib/api/pull_status.ts";
import { PullManager } from "../../lib/hub/mod.ts";
import { MambaError } from "../../lib/mod.ts";
import { LoopbackHub } from "../helpers/loopback_hub/loopback_hub.ts";
import {
  noise,
  stateSpacesModel,
  tokenizerRepository,
} from "../helpers/loopback_hub/repositories.ts";
import { withCache } from "./cache_folder.ts";

const ONE = "state-spaces/mamba-130m";
const TWO = "state-spaces/mamba2-130m";
const WEIGHTS = "pytorch_model.bin";

async function withManager(
  work: (manager: PullManager, hub: LoopbackHub) => Promise<void>,
): Promise<void> {
  await using hub = LoopbackHub.start({
    repositories: [
      stateSpacesModel(ONE),
      stateSpacesModel(TWO, noise(50_000, 3)),
      tokenizerRepository(),
    ],
  });
  await withCache(async (cache) => {
    await using manager = new PullManager({
      endpoint: hub.endpoint,
      cache,
      token: "",
      offline: false,
      retryDelayMs: 1,
    });
    await work(manager, hub);
  });
}

/** The states that a download goes through, each once. */
async function statesOf(manager: PullManager, id: string): Promise<string[]> {
  const states: string[] = [];
  for await (const { state } of manager.watch(id)) {
    if (states.at(-1) !== state) states.push(state);
  }
  return states;
}

Deno.test("PullManager fetches both models of an alias, one after the other", async () => {
  await withManager(async (manager, hub) => {
    const started = manager.start("both");
    assertEquals(started.map(({ id, model, state }) => [id, model, state]), [
      ["state-spaces--mamba-130m", ONE, "queued"],
      ["state-spaces--mamba2-130m", TWO, "queued"],
    ]);
    const [first, second] = await Promise.all(
      started.map(({ id }) => statesOf(manager, id)),
    );
    assertEquals(first, ["queued", "running", "done"]);
    assertEquals(second, ["queued", "running", "done"]);
    const [done] = manager.list();
    assertEquals(done!.doneBytes, done!.totalBytes);
    assert(done!.totalBytes > 100_000 && done!.files!.length === 4);
    // Plain JSON, for a page.
    assertEquals(JSON.parse(JSON.stringify(done)), done);
    const order = hub.requests.map(({ path }) => path.includes("mamba2"));
    assertEquals(order, order.toSorted((a, b) => Number(a) - Number(b)));
  });
});

Deno.test("PullManager shares a download, cancels it, and goes on with it", async () => {
  await withManager(async (manager, hub) => {
    const reached = Promise.withResolvers<void>();
    const until = Promise.withResolvers<void>();
    hub.behaviour = (file) => ({
      pieceBytes: 5000,
      beforePiece: async (offset) => {
        if (file !== WEIGHTS || offset < 50_000) return;
        reached.resolve();
        await until.promise;
      },
    });
    const [{ id }] = manager.start(ONE) as [PullStatus];
    await reached.promise;
    assertEquals(manager.start("mamba-130m")[0]!.id, id);
    assertEquals(manager.start(TWO)[0]!.state, "queued");
    manager.cancel("state-spaces--mamba2-130m");
    assertEquals(manager.get("state-spaces--mamba2-130m").state, "cancelled");
    const ended = statesOf(manager, id);
    manager.cancel(id);
    assertEquals(await ended, ["running", "cancelled"]);
    until.resolve();
    hub.behaviour = () => undefined;
    manager.start(ONE);
    assertEquals((await statesOf(manager, id)).at(-1), "done");
    assert(hub.requestsFor(WEIGHTS).at(-1)!.from > 0);
    assertEquals(manager.list().length, 2);
  });
});

Deno.test("PullManager tells why a download failed", async () => {
  await withManager(async (manager) => {
    const [{ id }] = manager.start("owner/none") as [PullStatus];
    assertEquals((await statesOf(manager, id)).at(-1), "failed");
    const { error } = manager.get(id);
    assertEquals(error?.code, "not_found");
    assert(error?.message.includes("owner/none"));
    assertThrows(() => manager.start("../x"), MambaError, "no name");
    assertThrows(() => manager.get("no"), MambaError, "Cannot find");
  });
});

Deno.test("PullManager.watch() ends with its reader, and the download goes on", async () => {
  await withManager(async (manager) => {
    const [{ id }] = manager.start(ONE) as [PullStatus];
    const controller = new AbortController();
    for await (const _status of manager.watch(id, controller.signal)) {
      controller.abort();
    }
    assertEquals((await statesOf(manager, id)).at(-1), "done");
  });
});

Deno.test("PullManager.close() stops what runs and takes no more", async () => {
  await withManager(async (manager, hub) => {
    hub.behaviour = (file) =>
      file === WEIGHTS ? { stallAfter: 1000 } : undefined;
    manager.start("both");
    await manager.close();
    assertEquals(manager.list().map(({ state }) => state), [
      "cancelled",
      "cancelled",
    ]);
    assertThrows(() => manager.start(ONE), MambaError, "the server ends");
  });
});
