import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import {
  type Behaviour,
  LoopbackHub,
} from "../helpers/loopback_hub/loopback_hub.ts";
import {
  etagOf,
  gitHash,
  type HubRepository,
  largeFile,
  noise,
  sha256,
  STATE_SPACES_CONFIG,
  textFile,
  tokenizerRepository,
} from "../helpers/loopback_hub/repositories.ts";
import { finish, ROOT, start } from "../cli/cli_process.ts";
import { tree, withCache } from "./cache_folder.ts";

const KILLS = 50;
/** The pieces that the server sends, the next when the last is on the disk. */
const BLOCK = 2048;
const REPO = "owner/model";
const FOLDER = "models--owner--model";

/** A generator of numbers from 0 to 1 that is the same each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Two shards, an index and small files. */
function shardedModel(): HubRepository {
  const shards = [1, 2].map((i) =>
    largeFile(`model-0000${i}-of-00002.safetensors`, noise(120_000, i))
  );
  const weight_map = Object.fromEntries(
    shards.map(({ name }, i) => [`tensor${i}`, name]),
  );
  return {
    repo: REPO,
    commit: "1".repeat(40),
    files: [
      textFile("config.json", STATE_SPACES_CONFIG),
      textFile("generation_config.json", "{}"),
      textFile("model.safetensors.index.json", JSON.stringify({ weight_map })),
      ...shards,
    ],
  };
}

/** Whatever has its final name is what its name says. */
async function assertNoWrongBlob(cache: string): Promise<void> {
  for (const path of Object.keys(await tree(cache).catch(() => ({})))) {
    const etag = /\/blobs\/([0-9a-f]+)$/.exec(path)?.[1];
    if (etag === undefined) continue;
    const content = await Deno.readFile(join(cache, path));
    assertEquals(etag.length === 64 ? sha256(content) : gitHash(content), etag);
  }
}

async function fileSize(path: string): Promise<number> {
  return (await Deno.stat(path).catch(() => undefined))?.size ?? 0;
}

Deno.test(`a pull that is killed ${KILLS} times ends with the right files, no block fetched twice`, async () => {
  const model = shardedModel();
  const random = seeded(20_240_607);
  await withCache(async (cache) => {
    let child: Deno.ChildProcess | undefined;
    let piecesLeft = Infinity;
    const kill = () => {
      try {
        child?.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
    };
    // A piece is sent when the one before it is on the disk, or the reader is
    // gone: so what a kill can lose is one piece, and a reader that keeps
    // pieces to itself would wait for ever.
    const behaviour: Behaviour = (name) => {
      const etag = etagOf(model.files.find((file) => file.name === name)!);
      const partial = join(cache, FOLDER, "blobs", `${etag}.incomplete`);
      return {
        pieceBytes: BLOCK,
        beforePiece: async (offset, left) => {
          if (--piecesLeft <= 0) kill();
          while (!left.aborted && await fileSize(partial) < offset) {
            await new Promise((done) => setTimeout(done, 1));
          }
        },
      };
    };
    await using hub = LoopbackHub.start({
      repositories: [model, tokenizerRepository()],
      behaviour: (name, request) =>
        model.files.some((file) => file.name === name) &&
          request.url.includes(REPO)
          ? behaviour(name, request)
          : undefined,
    });
    const startChild = () =>
      start(`${ROOT}tests/hub/pull_child.ts`, {
        args: [hub.endpoint, cache, REPO],
        permissions: [
          "--no-check",
          "--no-prompt",
          "--allow-read",
          "--allow-write",
          "--allow-env",
          "--allow-sys",
          "--allow-net=127.0.0.1,localhost",
        ],
      });

    let kills = 0;
    let killedAtWork = 0;
    while (kills < KILLS) {
      const requests = hub.requests.length;
      child = startChild();
      // Mostly among the pieces, and now and then at any time at all.
      piecesLeft = random() < 0.8 ? 1 + Math.floor(random() * 4) : Infinity;
      const timer = piecesLeft === Infinity
        ? setTimeout(kill, random() * 400)
        : undefined;
      const { code } = await finish(child);
      clearTimeout(timer);
      if (code !== 0) {
        kills++;
        if (hub.requests.length > requests) killedAtWork++;
      }
      await assertNoWrongBlob(cache);
      if (code === 0 && kills < KILLS) {
        // It was faster: what it made is right, and it goes once more.
        await Deno.remove(cache, { recursive: true });
        hub.requests.length = 0;
      }
    }
    piecesLeft = Infinity;
    child = startChild();
    const { code, stdout, stderr } = await finish(child);
    assertEquals(code, 0, stderr);
    const { directory } = JSON.parse(stdout);
    assert(killedAtWork > KILLS / 2, `${killedAtWork}`);
    for (const file of model.files) {
      assertEquals(
        await Deno.readFile(join(directory, file.name)),
        file.content,
      );
      let reached = 0;
      for (const { from, to } of hub.requestsFor(file.name)) {
        const again = reached - from;
        assert(again <= BLOCK, `${file.name}: ${again} bytes fetched again`);
        reached = Math.max(reached, to);
      }
      const sent = hub.sentBytes(file.name);
      assert(sent <= file.content.length + kills * BLOCK, `${sent} bytes`);
    }
    const left = Object.keys(await tree(cache))
      .filter((path) => path.includes(".incomplete"));
    assertEquals(left, []);
  });
});
