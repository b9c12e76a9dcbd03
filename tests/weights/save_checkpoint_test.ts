import { join } from "node:path";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { MambaError } from "../../lib/api/mamba_error.ts";
import {
  MambaConfig,
  openCheckpoint,
  saveCheckpoint,
  type SavedTensor,
} from "../../lib/weights/mod.ts";
import {
  memoryTensors,
  SMALL_CONFIG,
  SMALL_JSON,
  TemporaryDirectory,
} from "./helpers/small_model.ts";

const MAMBA2 = MambaConfig.from({
  ...SMALL_JSON,
  ssm_cfg: { layer: "Mamba2", d_state: 4, headdim: 4, ngroups: 2 },
  tie_embeddings: false,
});

/** A_log stays F32, the rest is cut down to BF16. */
function tensorsOf(config: MambaConfig): SavedTensor[] {
  return memoryTensors(config).map(({ name, shape, data }) => {
    const keep = name.endsWith("A_log");
    const bytes = keep ? data : data.slice(0, data.length / 2);
    return { name, shape, dtype: keep ? "F32" : "BF16", bytes: () => bytes };
  });
}

const names = (path: string) => [...Deno.readDirSync(path)].map((e) => e.name);

for (const config of [SMALL_CONFIG, MAMBA2]) {
  for (const form of ["state-spaces", "transformers"] as const) {
    for (const shardBytes of [undefined, 600]) {
      const how = shardBytes === undefined ? "whole" : "in shards";
      Deno.test(`saveCheckpoint() writes ${config.layer} in the ${form} form, ${how}, so that it loads to the same bits`, async () => {
        using directory = new TemporaryDirectory();
        const path = join(directory.path, "new", "model");
        const tensors = tensorsOf(config);
        await saveCheckpoint(path, {
          config,
          form,
          tensors,
          metadata: { trained: "false" },
          ...(shardBytes === undefined ? {} : { shardBytes }),
        });
        const loaded = await openCheckpoint(path);
        assertEquals([loaded.form, loaded.trained], [form, false]);
        assertEquals(loaded.metadata["format"], "pt");
        for (const [i, tensor] of loaded.tensors.entries()) {
          assertEquals(tensor.name, tensors[i]!.name);
          assertEquals(tensor.dtype, tensors[i]!.dtype);
          assertEquals(await tensor.read(), await tensors[i]!.bytes());
          assertEquals(tensor.offset % (tensor.dtype === "F32" ? 4 : 2), 0);
        }
        assert(!names(path).some((name) => name.endsWith(".partial")));
        assertEquals(names(path).length > 2, shardBytes !== undefined);
        if (form === "state-spaces") assertEquals(loaded.config, config);
      });
    }
  }
}

Deno.test("saveCheckpoint() replaces a checkpoint, whatever it was split into", async () => {
  using directory = new TemporaryDirectory({ "notes.txt": "stay" });
  const save = (shardBytes: number) =>
    saveCheckpoint(directory.path, {
      config: SMALL_CONFIG,
      tensors: tensorsOf(SMALL_CONFIG),
      shardBytes,
    });
  await save(600);
  await save(Infinity);
  assertEquals(
    names(directory.path).sort(),
    ["config.json", "model.safetensors", "notes.txt"],
  );
  await save(600);
  assert(!names(directory.path).includes("model.safetensors"));
  await openCheckpoint(directory.path);
});

Deno.test("saveCheckpoint() over the checkpoint that it reads from", async () => {
  using directory = new TemporaryDirectory();
  await saveCheckpoint(directory.path, {
    config: SMALL_CONFIG,
    tensors: tensorsOf(SMALL_CONFIG),
  });
  const { config, tensors } = await openCheckpoint(directory.path);
  await saveCheckpoint(directory.path, {
    config,
    tensors: tensors.map((tensor) => ({
      ...tensor,
      bytes: () => tensor.read(),
    })),
  });
  const again = await openCheckpoint(directory.path);
  assertEquals(await again.tensors[0]!.read(), await tensors[0]!.read());
});

Deno.test("saveCheckpoint() takes tensors from an async iterable", async () => {
  using directory = new TemporaryDirectory();
  await saveCheckpoint(directory.path, {
    config: SMALL_CONFIG,
    tensors: (async function* () {
      yield* await Promise.resolve(tensorsOf(SMALL_CONFIG));
    })(),
  });
  await openCheckpoint(directory.path);
});

Deno.test("saveCheckpoint() refuses wrong tensors and leaves nothing behind", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "model");
  const [first, ...rest] = tensorsOf(SMALL_CONFIG);
  const cases: [SavedTensor[], string][] = [
    [rest, "backbone.embedding.weight is missing"],
    [[first!, first!, ...rest], "given twice"],
    [[first!, { ...first!, name: "x" }, ...rest], '"x"'],
    [[{ ...first!, shape: [8, 16] }, ...rest], "shape [8,16]"],
    [[{ ...first!, bytes: () => new Uint8Array(3) }, ...rest], "not 3"],
    [[
      {
        ...first!,
        bytes: () => {
          throw new Error("the disk is gone");
        },
      },
      ...rest,
    ], "the disk is gone"],
  ];
  for (const [tensors, phrase] of cases) {
    await assertRejects(
      () => saveCheckpoint(path, { config: SMALL_CONFIG, tensors }),
      MambaError,
      phrase,
    );
    assertEquals(names(directory.path), []);
  }
});

Deno.test("saveCheckpoint() leaves the old checkpoint when aborted or failing", async () => {
  using directory = new TemporaryDirectory();
  const tensors = tensorsOf(SMALL_CONFIG);
  const options = { config: SMALL_CONFIG, tensors };
  await saveCheckpoint(directory.path, options);
  const before = names(directory.path).sort();
  const stop = new AbortController();
  const aborting = tensors.map((tensor) => ({
    ...tensor,
    bytes: () => {
      stop.abort();
      return tensor.bytes();
    },
  }));
  const error = await assertRejects(
    () =>
      saveCheckpoint(directory.path, {
        ...options,
        tensors: aborting,
        signal: stop.signal,
      }),
    MambaError,
  );
  assertEquals(error.code, "aborted");
  assertEquals(names(directory.path).sort(), before);
  await openCheckpoint(directory.path);
});

Deno.test("saveCheckpoint() says that a file is in the way", async () => {
  using directory = new TemporaryDirectory({ model: "a file" });
  await assertRejects(
    () =>
      saveCheckpoint(join(directory.path, "model"), {
        config: SMALL_CONFIG,
        tensors: tensorsOf(SMALL_CONFIG),
      }),
    MambaError,
    "Cannot save",
  );
});
