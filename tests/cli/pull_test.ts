import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { hubCacheDirectory } from "../../lib/config.ts";
import { cli } from "../../lib/tasks/permissions.ts";
import { formatRemaining, pullLine } from "../../lib/cli/pull_line.ts";
import { LoopbackHub } from "../helpers/loopback_hub/loopback_hub.ts";
import {
  repositoryOf,
  sha256,
  stateSpacesModel,
  tokenizerRepository,
} from "../helpers/loopback_hub/repositories.ts";
import { withEnvironment } from "../helpers/with_environment.ts";
import { withCache } from "../hub/cache_folder.ts";
import { finish, type Finished, startCli } from "./cli_process.ts";
import { runMain } from "./fake_terminal.ts";

const FIXTURE = fileURLToPath(
  new URL("../fixtures/tiny-mamba1", import.meta.url),
);
const TOKEN = "hf_averysecrettoken";

type Mamba = (...args: string[]) => Promise<Finished>;

/** A hub, a cache, and the command line with its own permissions. */
async function withHub(
  work: (mamba: Mamba, hub: LoopbackHub, cache: string) => Promise<void>,
): Promise<void> {
  await using hub = LoopbackHub.start({
    repositories: [
      { ...await repositoryOf("owner/tiny", FIXTURE), token: TOKEN },
      stateSpacesModel("state-spaces/mamba-130m"),
      stateSpacesModel("state-spaces/mamba2-130m"),
      tokenizerRepository(),
    ],
  });
  await withCache(async (cache) => {
    const env = {
      HF_ENDPOINT: hub.endpoint,
      HF_HUB_CACHE: cache,
      HF_TOKEN: TOKEN,
    };
    await withEnvironment(env, () =>
      work(
        (...args) => finish(startCli(args, { permissions: cli(args), env })),
        hub,
        cache,
      ));
  });
}

Deno.test("pull, ls, run, verify and rm go together", async () => {
  await withHub(async (mamba, hub, cache) => {
    const pulled = await mamba("pull", "owner/tiny");
    assertEquals(pulled.code, 0, pulled.stderr);
    assertMatch(pulled.stdout, /snapshots\/[0-9a-f]{40}\n$/);
    assertMatch(pulled.stderr, /^owner\/tiny: .* in \d files, .* free\n/);
    assertMatch(pulled.stderr, /owner\/tiny is there: .* fetched\n$/);

    const run = await mamba("run", "owner/tiny", "Once", "--max-tokens", "2");
    assertEquals(run.code, 0, run.stderr);

    const again = await mamba("pull", "owner/tiny", "--json");
    const [{ id, fetchedBytes }] = JSON.parse(again.stdout);
    assertEquals([id, fetchedBytes], ["owner/tiny", 0]);
    assertMatch(again.stderr, /owner\/tiny is there already\n$/);

    const list = await mamba("ls");
    assertMatch(list.stdout, /^owner\/tiny +[0-9a-f]{12} +[\d.]+ .?B\n$/);

    const blobs = `${cache}/models--owner--tiny/blobs`;
    const { files } = hub.repositories[0]!;
    const weights = files.find(({ lfs }) => lfs)!;
    assertEquals((await mamba("verify")).code, 0);
    await Deno.writeFile(
      `${blobs}/${sha256(weights.content)}`,
      weights.content.slice().fill(7, 100, 110),
    );
    const bad = await mamba("verify", "owner/tiny");
    assertEquals(bad.code, 1);
    assertMatch(bad.stdout, new RegExp(`✗ +${weights.name} .* damaged`));
    assertStringIncludes(bad.stderr, "mamba verify --repair owner/tiny");
    assertEquals((await mamba("verify", "--repair")).code, 1);
    const repaired = JSON.parse(
      (await mamba("pull", "owner/tiny", "--json")).stdout,
    );
    assertEquals(repaired[0].fetchedBytes, weights.content.length);
    assertEquals((await mamba("verify")).code, 0);

    const removed = await mamba("rm", "owner/tiny", "--json");
    assertEquals(removed.code, 0, removed.stderr);
    assertEquals(JSON.parse(removed.stdout)[0].id, "owner/tiny");
    assertEquals(JSON.parse((await mamba("ls", "--json")).stdout).models, []);
    for (const { stdout, stderr } of [pulled, again, list, bad, removed]) {
      assertEquals((stdout + stderr).includes(TOKEN), false);
    }
  });
});

Deno.test("pull takes both, and ls --official says which are there", async () => {
  await withHub(async () => {
    const { code, out } = await runMain(["pull", "both"]);
    assertEquals([code, out.trim().split("\n").length], [0, 2]);
    const { out: list } = await runMain(["ls", "--official"]);
    assertEquals(list.match(/✓/g)?.length, 2);
    assertMatch(
      list,
      /^– +mamba2-2\.7b +Mamba 2 +2\.7 G +Apache-2\.0 +state-spaces\/mamba2-2\.7b$/m,
    );
    assertEquals(
      JSON.parse((await runMain(["ls", "--json"])).out).cache,
      hubCacheDirectory(),
    );
  });
});

Deno.test("pull tells what is wrong in one line, with a hint", async () => {
  await withHub(async (_mamba, hub) => {
    const none = await runMain(["pull", "owner/none"]);
    assertEquals(none.code, 1);
    assertMatch(
      none.notes,
      /^error: Cannot fetch the model owner\/none[^]*\nhint: /,
    );
    const word = await runMain(["pull", "mamba-131m"]);
    assertMatch(word.notes, /no name of a model[^]*hint: .*mamba-130m/);
    assertEquals((await runMain(["pull"])).code, 2);
    assertEquals((await runMain(["rm", "owner/tiny"])).code, 1);
    assertEquals((await runMain(["verify", "owner/tiny"])).code, 1);
    const before = hub.requests.length;
    await withEnvironment({ HF_HUB_OFFLINE: "1" }, async () => {
      const { code, notes } = await runMain(["pull", "mamba-130m"]);
      assertEquals(code, 1);
      assertMatch(notes, /HF_HUB_OFFLINE forbids it/);
    });
    assertEquals(hub.requests.length, before);
  });
});

Deno.test("Ctrl-C stops pull with 130, and what was fetched stays", async () => {
  await withHub(async (_mamba, hub, cache) => {
    const env = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cache };
    const args = ["pull", "mamba-130m"];
    const child = startCli(args, { permissions: cli(args), env });
    hub.behaviour = (file) => ({
      pieceBytes: 5000,
      beforePiece: async (offset, left) => {
        if (file !== "pytorch_model.bin" || offset < 50_000) return;
        child.kill("SIGINT");
        while (!left.aborted) await new Promise((done) => setTimeout(done, 1));
      },
    });
    const { code, stderr } = await finish(child);
    assertEquals(code, 130);
    assertMatch(stderr, /\ninterrupted\n$/);
    hub.behaviour = () => undefined;
    assertEquals((await runMain(["pull", "mamba-130m"])).code, 0);
    assertEquals(hub.requestsFor("pytorch_model.bin").at(-1)!.from > 0, true);
  });
});

Deno.test("pullLine() says share, size, rate and time", () => {
  const event = {
    type: "progress",
    file: "a.bin",
    doneBytes: 999,
    totalBytes: 1000,
  } as const;
  assertEquals(pullLine(event), "a.bin  99 % of 1 kB");
  assertEquals(
    pullLine({ ...event, bytesPerSecond: 1.5e6, remainingSeconds: 34.2 }),
    "a.bin  99 % of 1 kB, 1.5 MB/s, 35 s left",
  );
  assertEquals(
    [0.2, 89, 90, 600, 5400, 9000].map(formatRemaining),
    ["1 s", "89 s", "2 min", "10 min", "1 h 30 min", "2 h 30 min"],
  );
});
