import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { totalmem } from "node:os";
import { join } from "node:path";
import { Engine } from "../../lib/engine/engine.ts";
import { memoryLimit } from "../../lib/engine/memory_limit.ts";
import { ModelRegistry } from "../../lib/engine/model_registry.ts";
import { MambaError } from "../../lib/mod.ts";
import { tinyModel } from "../helpers/tiny_models.ts";
import { withEnvironment } from "../helpers/with_environment.ts";

/** Three models of one size, and a registry or engine over them. */
async function withModels(
  work: (folder: string, bytes: number) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using model = await tinyModel("Mamba1");
    for (const name of ["a", "b", "c"]) {
      await model.savePretrained(join(folder, name));
    }
    await work(folder, model.weightBytes);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function namesOf(registry: ModelRegistry): string[] {
  return registry.loaded().map(({ key }) => key.directory.at(-1)!);
}

Deno.test("ModelRegistry unloads the least recently used models under its limit", async () => {
  await withModels(async (folder, bytes) => {
    const registry = new ModelRegistry(() => 2.5 * bytes);
    const use = async (name: string) => {
      using _lease = await registry.lease({ directory: join(folder, name) });
    };
    try {
      await use("a");
      await use("b");
      assertEquals(namesOf(registry), ["a", "b"]);
      await use("a");
      await use("c");
      assertEquals(namesOf(registry), ["a", "c"]);
    } finally {
      await registry.close();
    }
  });
});

Deno.test("ModelRegistry never unloads a model in use, and loads what does not fit", async () => {
  await withModels(async (folder, bytes) => {
    const registry = new ModelRegistry(() => 0.5 * bytes);
    const lease = (name: string) =>
      registry.lease({ directory: join(folder, name) });
    try {
      const a = await lease("a");
      const b = await lease("b");
      assertEquals(namesOf(registry), ["a", "b"]);
      assertEquals((await a.model.forward([1, 2])).logits.length > 0, true);
      // The first goes when nobody uses it; the last stays for the next one.
      a[Symbol.dispose]();
      assertEquals(namesOf(registry), ["b"]);
      b[Symbol.dispose]();
      b[Symbol.dispose]();
      assertEquals(namesOf(registry), ["b"]);
    } finally {
      await registry.close();
    }
  });
});

Deno.test("ModelRegistry makes room before two models that load at once", async () => {
  await withModels(async (folder, bytes) => {
    const registry = new ModelRegistry(() => 2 * bytes);
    const lease = (name: string) =>
      registry.lease({ directory: join(folder, name) });
    try {
      (await lease("a"))[Symbol.dispose]();
      const leases = await Promise.all([lease("b"), lease("c")]);
      assertEquals(namesOf(registry).sort(), ["b", "c"]);
      for (const lease of leases) lease[Symbol.dispose]();
      assertEquals(namesOf(registry).sort(), ["b", "c"]);
    } finally {
      await registry.close();
    }
  });
});

Deno.test("Engine.unload() frees a model's memory, but not of one in use", async () => {
  await withModels(async (folder, bytes) => {
    await using engine = Engine.open({ directories: [folder] });
    const lease = await engine.lease("a");
    const error = await assertRejects(() => engine.unload("a"), MambaError);
    assertEquals([error.code, error.field], ["busy", "model"]);
    assertEquals(engine.status().loaded[0]!.uses, 1);
    lease[Symbol.dispose]();
    (await engine.lease("a", { dtype: "f16" }))[Symbol.dispose]();
    assertEquals(await engine.unload("a", "f32"), bytes);
    assertEquals(engine.status().loaded.map(({ dtype }) => dtype), ["f16"]);
    assert(await engine.unload("a") < bytes);
    assertEquals(await engine.unload("a"), 0);
    await assertRejects(() => engine.unload("none"), MambaError, "none");
  });
});

Deno.test("Engine.generate() gives its model back, however it ends", async () => {
  await using engine = Engine.open();
  const request = { prompt: "Once", maxTokens: 50, ignoreEos: true };
  for await (const event of engine.generate(request)) {
    if (event.type === "token") break;
  }
  for await (const _event of engine.generate({ ...request, maxTokens: 2 }));
  // Left before it was loaded.
  const stream = engine.generate({ ...request, dtype: "f32" });
  await stream.next();
  await stream.return(undefined);
  for (const { uses } of engine.status().loaded) assertEquals(uses, 0);
});

Deno.test("memoryLimit() reads amounts and shares, and refuses others", async () => {
  await withEnvironment({ MAMBA_MODEL_MEMORY: "" }, () => {
    assertEquals(memoryLimit(), Math.floor(0.6 * totalmem()));
    return Promise.resolve();
  });
  await withEnvironment({ MAMBA_MODEL_MEMORY: "8GB" }, () => {
    assertEquals(memoryLimit(), 8e9);
    return Promise.resolve();
  });
  assertEquals(memoryLimit("1.5 GiB"), 1.5 * 2 ** 30);
  assertEquals(memoryLimit("1000"), 1000);
  assertEquals(memoryLimit("50%"), Math.floor(totalmem() / 2));
  for (const text of ["much", "0", "-1GB", "8 gigs", "1e9", ""]) {
    const error = assertThrows(
      () => memoryLimit(text),
      MambaError,
      "Cannot use",
    );
    assertEquals(error.field, "MAMBA_MODEL_MEMORY");
  }
});
