import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { LoopbackHub } from "../helpers/loopback_hub/loopback_hub.ts";
import {
  etagOf,
  type HubFile,
  stateSpacesModel,
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
