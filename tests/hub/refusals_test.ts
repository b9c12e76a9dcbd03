import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { checkSpace } from "../../lib/hub/free_space.ts";
import { type PullOptions } from "../../lib/hub/mod.ts";
import { MambaError } from "../../lib/mod.ts";
import { LoopbackHub } from "../helpers/loopback_hub/loopback_hub.ts";
import {
  etagOf,
  largeFile,
  noise,
  STATE_SPACES_CONFIG,
  stateSpacesModel,
  textFile,
  tokenizerRepository,
} from "../helpers/loopback_hub/repositories.ts";
import { pull, withCache } from "./cache_folder.ts";

const MODEL = "state-spaces/mamba-130m";

Deno.test("pullModel() refuses what is no Mamba model before it fetches its weights", async () => {
  const bert = '{"model_type":"bert","hidden_size":8}';
  const attention = STATE_SPACES_CONFIG
    .replace("{", '{"attn_layer_idx":[1],');
  const weights = largeFile("model.safetensors", noise(1000));
  const repositories = [
    [textFile("config.json", bert), weights],
    [textFile("config.json", attention), weights],
    [weights],
    [textFile("config.json", STATE_SPACES_CONFIG)],
  ].map((files, i) => ({ repo: `o/m${i}`, commit: `${i}`.repeat(40), files }));
  await using hub = LoopbackHub.start({ repositories });
  await withCache(async (cache) => {
    for (const { repo } of repositories) {
      const error = await assertRejects(
        () => pull(hub, cache, repo),
        MambaError,
      );
      assertEquals(error.code, "unsupported", error.message);
    }
    assertEquals(hub.requestsFor("model.safetensors"), []);
  });
});

for (
  const name of [
    "../../../outside.json",
    "/etc/outside.json",
    "a/../../outside.json",
    "..\\outside.json",
    "outside.json\0",
    "C:outside.json",
  ]
) {
  Deno.test(`pullModel() refuses a repository that lists ${JSON.stringify(name)}`, async () => {
    const model = stateSpacesModel(MODEL);
    model.files.push(textFile(name, "x"));
    await using hub = LoopbackHub.start({ repositories: [model] });
    await withCache(async (cache) => {
      const error = await assertRejects(
        () => pull(hub, cache, MODEL),
        MambaError,
        "leave its folder",
      );
      assertEquals(error.code, "network");
      await assertRejects(() => Deno.stat(cache), Deno.errors.NotFound);
    });
  });
}

Deno.test("pullModel() refuses shards that an index puts elsewhere", async () => {
  const index = '{"weight_map":{"a":"../../x.safetensors"}}';
  const commit = "6".repeat(40);
  await using hub = LoopbackHub.start({
    repositories: [{
      repo: "o/m",
      commit,
      files: [
        textFile("config.json", STATE_SPACES_CONFIG),
        textFile("model.safetensors.index.json", index),
      ],
    }],
  });
  await withCache(async (cache) => {
    await assertRejects(
      () => pull(hub, cache, "o/m"),
      MambaError,
      "not the name of a .safetensors file",
    );
  });
});

Deno.test("pullModel() tells a hub that is none, and what it does not have", async () => {
  await using hub = LoopbackHub.start({
    repositories: [stateSpacesModel(MODEL)],
    onRequest: (request) =>
      request.url.includes("/o/html/")
        ? new Response("<html>Please log in</html>")
        : undefined,
  });
  await withCache(async (cache) => {
    const failed = async (name: string, options: PullOptions = {}) => {
      const work = () => pull(hub, cache, name, { attempts: 1, ...options });
      const { code, message } = await assertRejects(work, MambaError);
      return `${code}: ${message}`;
    };
    const { host } = new URL(hub.endpoint);
    assertEquals(
      await failed("o/html"),
      `network: Cannot fetch the model o/html: ${host} does not say which commit it is`,
    );
    assertEquals(
      await failed("o/none"),
      `not_found: Cannot fetch the model o/none: ${host} has none`,
    );
    assertEquals(
      await failed(`${MODEL}@v7`),
      `not_found: Cannot fetch the model ${MODEL}@v7: ${host} has none`,
    );
    assertMatch(
      await failed(MODEL, { endpoint: "http://127.0.0.1:9" }),
      /^network: Cannot fetch the model .*: the connection to 127.0.0.1:9 failed/,
    );
    assertMatch(
      await failed(MODEL, { endpoint: "file:///etc" }),
      /^network: Cannot ask the hub: its address is none of the web/,
    );
  });
});

Deno.test("pullModel() tells that terms are to be accepted", async () => {
  await using hub = LoopbackHub.start({
    repositories: [],
    onRequest: () =>
      new Response(null, {
        status: 403,
        headers: { "x-error-code": "GatedRepo" },
      }),
  });
  await withCache(async (cache) => {
    const error = await assertRejects(
      () => pull(hub, cache, "owner/gated"),
      MambaError,
      "wants terms to be accepted",
    );
    assertEquals(error.code, "network");
    assertEquals(hub.requests.length, 1);
  });
});

Deno.test("checkSpace() refuses what the disk has no room for", () => {
  checkSpace("o/m", "/cache", 1000, 1000);
  checkSpace("o/m", "/cache", 1000, undefined);
  const error = assertThrows(
    () => checkSpace("o/m", "/cache", 2e9, 1e9),
    MambaError,
    "2.00 GB are missing, and the disk of /cache has room for 1.00 GB",
  );
  assertEquals(error.code, "disk_full");
});

Deno.test("pullModel() looks whether the disk has room before it fetches", async () => {
  const model = stateSpacesModel(MODEL);
  await using hub = LoopbackHub.start({
    repositories: [model, tokenizerRepository()],
    // A hub that says that its weights are of a size that no disk has.
    onRequest: (request) => {
      if (!request.url.includes(`/api/models/${MODEL}/`)) return undefined;
      return Response.json({
        sha: model.commit,
        siblings: model.files.map((file) => ({
          rfilename: file.name,
          size: file.lfs ? 2 ** 52 : file.content.length,
          blobId: etagOf(file),
          ...(file.lfs ? { lfs: { sha256: etagOf(file), size: 2 ** 52 } } : {}),
        })),
      });
    },
  });
  await withCache(async (cache) => {
    const error = await assertRejects(
      () => pull(hub, cache, MODEL),
      MambaError,
    );
    assertEquals(error.code, "disk_full");
    assertEquals(hub.requestsFor("pytorch_model.bin"), []);
  });
});
