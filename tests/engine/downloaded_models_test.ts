import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Engine } from "../../lib/engine/engine.ts";
import { findModel } from "../../lib/engine/find_model.ts";
import { MambaError, MambaLMHeadModel, Trainer } from "../../lib/mod.ts";
import { LoopbackHub } from "../helpers/loopback_hub/loopback_hub.ts";
import {
  type HubRepository,
  repositoryOf,
  tokenizerRepository,
} from "../helpers/loopback_hub/repositories.ts";
import { withEnvironment } from "../helpers/with_environment.ts";
import { pull, withCache } from "../hub/cache_folder.ts";

const FIXTURE = fileURLToPath(
  new URL("../fixtures/tiny-mamba1", import.meta.url),
);

/** A model in the state-spaces form, which has no tokenizer of its own. */
async function withoutTokenizer(repo: string): Promise<HubRepository> {
  const folder = await Deno.makeTempDir();
  try {
    await using model = await MambaLMHeadModel.random(
      { dModel: 8, nLayer: 1, vocabSize: 50277 },
      { seed: 1, device: "reference" },
    );
    await model.savePretrained(folder, { format: "state-spaces" });
    return await repositoryOf(repo, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("downloaded models go by their names in the engine, the library and training", async () => {
  const gptNeox = tokenizerRepository(
    await Deno.readTextFile(join(FIXTURE, "tokenizer.json")),
  );
  await using hub = LoopbackHub.start({
    repositories: [
      await withoutTokenizer("state-spaces/mamba-130m"),
      await repositoryOf("owner/tiny", FIXTURE),
      gptNeox,
    ],
  });
  await withCache((cache) =>
    withEnvironment({ HF_HUB_CACHE: cache, XDG_DATA_HOME: cache }, async () => {
      const missing = await assertRejects(
        () => MambaLMHeadModel.fromPretrained("mamba-130m"),
        MambaError,
        "not on this machine",
      );
      assertEquals(missing.code, "not_found");
      assertEquals(
        missing.hint,
        "Give the directory of a model, or download it: mamba pull mamba-130m",
      );

      const { directory } = await pull(hub, cache, "mamba-130m");
      await pull(hub, cache, "owner/tiny@v1");
      for (
        const name of ["mamba-130m", "mamba1", "state-spaces/mamba-130m@main"]
      ) assertEquals((await findModel(name)).directory, directory, name);

      await using model = await MambaLMHeadModel.fromPretrained("mamba-130m", {
        device: "reference",
      });
      assertEquals(model.directory, directory);
      assert(model.tokenizer !== undefined);
      assert(model.tokenizer.encode("Once upon a time").length > 0);

      await using engine = Engine.open();
      const listed = (await engine.listModels()).slice(2);
      assertEquals(
        listed.map(({ id, hasTokenizer, error }) => ({
          id,
          hasTokenizer,
          error,
        })),
        [
          { id: "owner/tiny@v1", hasTokenizer: true, error: undefined },
          {
            id: "state-spaces/mamba-130m",
            hasTokenizer: true,
            error: undefined,
          },
        ],
      );
      const loaded = await engine.load("owner/tiny@v1", {
        device: "reference",
      });
      assertEquals(loaded.config.layer, "Mamba1");

      await Deno.writeTextFile(join(cache, "tale.txt"), "Once. ".repeat(200));
      await using trainer = await Trainer.create({
        model: "owner/tiny@v1",
        data: join(cache, "tale.txt"),
        steps: 1,
        rowLength: 8,
      });
      assertEquals(trainer.steps, 1);
    })
  );
});

Deno.test("findModel() takes a folder of that name before a downloaded model", async () => {
  await using hub = LoopbackHub.start({
    repositories: [await repositoryOf("owner/tiny", FIXTURE)],
  });
  await withCache((cache) =>
    withEnvironment({ HF_HUB_CACHE: cache }, async () => {
      const { directory } = await pull(hub, cache, "owner/tiny");
      assertEquals((await findModel("owner/tiny")).directory, directory);
      const before = Deno.cwd();
      Deno.chdir(await Deno.realPath(join(cache, "..")));
      try {
        await Deno.mkdir("owner/tiny", { recursive: true });
        assertEquals(
          (await findModel("owner/tiny")).directory,
          join(Deno.cwd(), "owner/tiny"),
        );
      } finally {
        Deno.chdir(before);
      }
    })
  );
});
