import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Engine } from "../../lib/engine/engine.ts";
import { ModelCatalog } from "../../lib/engine/model_catalog.ts";
import { ModelShelf } from "../../lib/engine/model_shelf.ts";
import { PullManager } from "../../lib/hub/mod.ts";
import { LoopbackHub } from "../helpers/loopback_hub/loopback_hub.ts";
import {
  noise,
  repositoryOf,
  stateSpacesModel,
  tokenizerRepository,
} from "../helpers/loopback_hub/repositories.ts";
import { tinyModel } from "../helpers/tiny_models.ts";
import { withEnvironment } from "../helpers/with_environment.ts";
import { type Site, siteOver } from "./test_app.ts";

const FIXTURE = fileURLToPath(
  new URL("../fixtures/tiny-mamba1", import.meta.url),
);

/** A site with a model of its own, and a hub to fetch others from. */
export interface ModelsBench {
  site: Site;
  engine: Engine;
  pulls: PullManager;
  hub: LoopbackHub;
  /** The folder of the downloads. */
  cache: string;
}

/** The weights of `state-spaces/mamba-130m` on the hub: noise. */
export const WEIGHTS = "pytorch_model.bin";

/**
 * Does something with a site that has `own/tiny` in a folder, and a hub with
 * `owner/tiny`, which works, and `state-spaces/mamba-130m`, which is noise.
 */
export async function withModelsBench(
  work: (bench: ModelsBench) => Promise<void>,
  options: { limit?: number } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "fresh-mamba-models-" });
  const cache = join(folder, "hub");
  const values = {
    HF_HUB_CACHE: cache,
    MAMBA_MODELS: join(folder, "own"),
    XDG_DATA_HOME: join(folder, "data"),
  };
  try {
    await using tiny = await tinyModel("Mamba2");
    await tiny.savePretrained(join(folder, "own", "tiny"));
    await using hub = LoopbackHub.start({
      repositories: [
        stateSpacesModel("state-spaces/mamba-130m", noise(300_000)),
        await repositoryOf("owner/tiny", FIXTURE),
        tokenizerRepository(),
      ],
    });
    await withEnvironment(values, async () => {
      const { limit = 1e9 } = options;
      await using engine = Engine.open({ memoryLimit: limit });
      await using pulls = new PullManager({
        endpoint: hub.endpoint,
        cache,
        token: "",
        offline: false,
        retryDelayMs: 1,
      });
      const models = new ModelShelf({
        engine,
        pulls,
        catalog: new ModelCatalog(),
        limit: () => limit,
      });
      const services = { models, pulls };
      const site = siteOver(engine, undefined, undefined, undefined, services);
      await work({ site, engine, pulls, hub, cache });
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Waits until a download has ended. */
export async function ended(pulls: PullManager, id: string): Promise<string> {
  let state = "";
  for await (const status of pulls.watch(id)) state = status.state;
  return state;
}
