import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ModelCatalog } from "../../lib/engine/model_catalog.ts";
import { withEnvironment } from "../helpers/with_environment.ts";

const FIXTURE = fileURLToPath(
  new URL("../fixtures/tiny-mamba1", import.meta.url),
);

Deno.test("ModelCatalog lists built-in models, then own ones, then trained ones", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const own = join(folder, "models");
    const run = join(folder, "fresh-mamba", "runs", "tale-1");
    await Deno.mkdir(own, { recursive: true });
    await Deno.symlink(FIXTURE, join(own, "tiny"));
    await Deno.mkdir(run, { recursive: true });
    await Deno.symlink(FIXTURE, join(run, "model"));
    // A run that has no model yet.
    await Deno.mkdir(join(folder, "fresh-mamba", "runs", "tale-2"));
    const values = { MAMBA_MODELS: own, XDG_DATA_HOME: folder };
    await withEnvironment(values, async () => {
      const catalog = new ModelCatalog();
      const ids = (await catalog.entries()).map(({ id }) => id);
      assertEquals(ids, ["fairy-mamba1", "fairy-mamba2", "tiny", "tale-1"]);
      const { directory } = await catalog.find("tale-1");
      assertEquals(directory, join(run, "model"));
      const alone = await new ModelCatalog([own]).entries();
      assertEquals(alone.map(({ id }) => id), ["tiny"]);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
