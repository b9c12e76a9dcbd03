import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import type { PullEvent } from "../../lib/api/pull_event.ts";
import { findCachedModel } from "../../lib/hub/mod.ts";
import { MambaError } from "../../lib/mod.ts";
import { LoopbackHub } from "../helpers/loopback_hub/loopback_hub.ts";
import {
  etagOf,
  type HubFile,
  largeFile,
  noise,
  STATE_SPACES_CONFIG,
  stateSpacesModel,
  textFile,
  tokenizerRepository,
} from "../helpers/loopback_hub/repositories.ts";
import { pull, tree, withCache } from "./cache_folder.ts";

const MODEL = "state-spaces/mamba-130m";

/** What a snapshot's links lead to. */
const blob = (file: HubFile) => `-> ../../blobs/${etagOf(file)}`;

Deno.test("pullModel() writes the tree that Python's tools write", async () => {
  const model = stateSpacesModel(MODEL);
  const tokenizer = tokenizerRepository();
  await using hub = LoopbackHub.start({ repositories: [model, tokenizer] });
  await withCache(async (cache) => {
    const pulled = await pull(hub, cache, "mamba-130m");
    const [, , config, weights] = model.files as [
      HubFile,
      HubFile,
      HubFile,
      HubFile,
    ];
    const [, json, jsonConfig] = tokenizer.files as [HubFile, HubFile, HubFile];
    const own = "models--state-spaces--mamba-130m";
    const borrowed = "models--EleutherAI--gpt-neox-20b";
    assertEquals(await tree(cache), {
      [`${own}/refs/main`]: 40,
      [`${own}/blobs/${etagOf(config)}`]: config.content.length,
      [`${own}/blobs/${etagOf(weights)}`]: weights.content.length,
      [`${own}/snapshots/${model.commit}/config.json`]: blob(config),
      [`${own}/snapshots/${model.commit}/pytorch_model.bin`]: blob(weights),
      [`${borrowed}/refs/main`]: 40,
      [`${borrowed}/blobs/${etagOf(json)}`]: json.content.length,
      [`${borrowed}/blobs/${etagOf(jsonConfig)}`]: jsonConfig.content.length,
      [`${borrowed}/snapshots/${tokenizer.commit}/tokenizer.json`]: blob(json),
      [`${borrowed}/snapshots/${tokenizer.commit}/tokenizer_config.json`]: blob(
        jsonConfig,
      ),
      [`.locks/${own}/${etagOf(config)}.lock`]: 0,
      [`.locks/${own}/${etagOf(weights)}.lock`]: 0,
      [`.locks/${borrowed}/${etagOf(json)}.lock`]: 0,
      [`.locks/${borrowed}/${etagOf(jsonConfig)}.lock`]: 0,
    });
    assertEquals(
      await Deno.readTextFile(join(cache, own, "refs", "main")),
      model.commit,
    );
    assertEquals(
      await Deno.readFile(join(pulled.directory, "pytorch_model.bin")),
      weights.content,
    );
  });
});

Deno.test("pullModel() tells the plan before anything large is fetched", async () => {
  const model = stateSpacesModel(MODEL);
  await using hub = LoopbackHub.start({
    repositories: [model, tokenizerRepository()],
  });
  await withCache(async (cache) => {
    let fetchedBefore = -1;
    const events: PullEvent[] = [];
    const pulled = await pull(hub, cache, "mamba-130m@v1", {
      onEvent: (event) => {
        events.push(event);
        if (event.type === "plan") {
          fetchedBefore = hub.requestsFor("pytorch_model.bin").length;
        }
      },
    });
    assertEquals(fetchedBefore, 0);
    const plan = events.find((event) => event.type === "plan")!;
    assertEquals(plan.model, `${MODEL}@v1`);
    assertEquals(plan.commit, model.commit);
    assertEquals(plan.files.map(({ name, bytes }) => [name, bytes]), [
      ["config.json", model.files[2]!.content.length],
      ["tokenizer_config.json", 2],
      ["tokenizer.json", 17],
      ["pytorch_model.bin", 100_000],
    ]);
    assert(plan.freeBytes! > 0);
    const progress = events.filter((event) => event.type === "progress");
    assertEquals(progress.at(-1)!.doneBytes, plan.totalBytes);
    assertEquals(events.at(-1), {
      type: "done",
      model: `${MODEL}@v1`,
      commit: model.commit,
      directory: pulled.directory,
      totalBytes: plan.totalBytes,
      fetchedBytes: plan.totalBytes,
    });
    assertEquals(
      Object.keys(await tree(cache)).filter((path) =>
        path.includes("/refs/") && path.includes("mamba-130m")
      ),
      ["models--state-spaces--mamba-130m/refs/v1"],
    );
  });
});

Deno.test("pullModel() fetches the tokenizer that all of state-spaces share once", async () => {
  const other = "state-spaces/mamba2-130m";
  await using hub = LoopbackHub.start({
    repositories: [
      stateSpacesModel(MODEL),
      stateSpacesModel(other),
      tokenizerRepository(),
    ],
  });
  await withCache(async (cache) => {
    await pull(hub, cache, MODEL);
    await pull(hub, cache, other);
    assertEquals(hub.requestsFor("tokenizer.json").length, 1);
  });
});

Deno.test("pullModel() takes safetensors before PyTorch files, with all shards and an own tokenizer", async () => {
  const shard = (i: number) => `model-0000${i}-of-00002.safetensors`;
  const index = { weight_map: { a: shard(1), b: shard(2) } };
  const files = [
    textFile("config.json", STATE_SPACES_CONFIG),
    textFile("generation_config.json", "{}"),
    textFile("tokenizer.json", "{}"),
    textFile("model.safetensors.index.json", JSON.stringify(index)),
    largeFile(shard(1), noise(1000, 1)),
    largeFile(shard(2), noise(2000, 2)),
    largeFile("pytorch_model.bin", noise(3000)),
    largeFile("onnx/model.onnx", noise(10)),
  ];
  const commit = "5".repeat(40);
  await using hub = LoopbackHub.start({
    repositories: [{ repo: "o/m", commit, files }],
  });
  await withCache(async (cache) => {
    const { directory } = await pull(hub, cache, "o/m");
    assertEquals(Object.keys(await tree(directory)).sort(), [
      "config.json",
      "generation_config.json",
      shard(1),
      shard(2),
      "model.safetensors.index.json",
      "tokenizer.json",
    ]);
  });
});

Deno.test("pullModel() asks nobody where that is forbidden", async () => {
  await using hub = LoopbackHub.start({
    repositories: [stateSpacesModel(MODEL), tokenizerRepository()],
  });
  await withCache(async (cache) => {
    const offline = () => pull(hub, cache, MODEL, { offline: true });
    await assertRejects(offline, MambaError, "HF_HUB_OFFLINE forbids it");
    assertEquals(hub.requests, []);
    const { directory } = await pull(hub, cache, MODEL);
    const before = hub.requests.length;
    assertEquals((await offline()).directory, directory);
    assertEquals(hub.requests.length, before);
  });
});

Deno.test("pullModel() keeps the old commit's files until the new one's are whole", async () => {
  const model = stateSpacesModel(MODEL);
  await using hub = LoopbackHub.start({
    repositories: [model, tokenizerRepository()],
  });
  await withCache(async (cache) => {
    const old = await pull(hub, cache, MODEL);
    const next = stateSpacesModel(MODEL, noise(90_000, 4));
    hub.repositories = [{ ...next, commit: "e".repeat(40) }];
    hub.behaviour = () => ({ status: 404 });
    const now = { repo: MODEL, revision: "main" };
    await assertRejects(() => pull(hub, cache, MODEL), MambaError);
    assertEquals((await findCachedModel(now, cache))?.commit, old.commit);
    hub.behaviour = () => undefined;
    await pull(hub, cache, MODEL);
    assertEquals((await findCachedModel(now, cache))?.commit, "e".repeat(40));
  });
});

Deno.test("pullModel() says when somebody removes what it has fetched", async () => {
  await using hub = LoopbackHub.start({
    repositories: [stateSpacesModel(MODEL), tokenizerRepository()],
  });
  await withCache(async (cache) => {
    const { commit } = stateSpacesModel(MODEL);
    const folder = join(cache, "models--state-spaces--mamba-130m");
    let removed = false;
    hub.behaviour = (file) => {
      if (file === "pytorch_model.bin" && !removed) {
        removed = true;
        Deno.removeSync(join(folder, "snapshots", commit, "config.json"));
      }
      return undefined;
    };
    await assertRejects(
      () => pull(hub, cache, MODEL),
      MambaError,
      "config.json was removed meanwhile",
    );
    await pull(hub, cache, MODEL);
  });
});

Deno.test("pullModel() takes the copies of tools that make no links", async () => {
  const model = stateSpacesModel(MODEL);
  await using hub = LoopbackHub.start({
    repositories: [model, tokenizerRepository()],
  });
  await withCache(async (cache) => {
    const { directory } = await pull(hub, cache, MODEL);
    const blobs = join(directory, "..", "..", "blobs");
    for (const file of model.files.slice(2)) {
      const path = join(directory, file.name);
      await Deno.remove(path);
      await Deno.rename(join(blobs, etagOf(file)), path);
    }
    assertEquals((await pull(hub, cache, MODEL)).fetchedBytes, 0);
  });
});

Deno.test("pullModel() fetches a blob of the wrong size again, whatever its names", async () => {
  const model = stateSpacesModel(MODEL);
  await using hub = LoopbackHub.start({
    repositories: [model, tokenizerRepository()],
  });
  await withCache(async (cache) => {
    const { directory } = await pull(hub, cache, MODEL);
    const path = join(directory, "pytorch_model.bin");
    const blob = await Deno.realPath(path);
    await Deno.truncate(blob, 10);
    await Deno.remove(path);
    await Deno.link(blob, path);
    await pull(hub, cache, MODEL);
    assertEquals(await Deno.readFile(path), model.files[3]!.content);
  });
});
