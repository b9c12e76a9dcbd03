import { join } from "node:path";
import { assertEquals, assertRejects } from "@std/assert";
import { MambaError } from "../../lib/api/mamba_error.ts";
import {
  isCheckpointDirectory,
  openCheckpoint,
  peekCheckpoint,
} from "../../lib/weights/mod.ts";
import { assertRefused } from "./helpers/refuses.ts";
import {
  buildSafetensors,
  buildTorch,
  memoryTensors,
  modelDirectory,
  SMALL_JSON,
  TemporaryDirectory,
} from "./helpers/small_model.ts";

const TENSORS = memoryTensors();
const A_LOG = "backbone.layers.0.mixer.A_log";
const WHOLE = buildSafetensors(TENSORS);

/** Two shards and their index; the map may be changed. */
function sharded(
  change: (map: Record<string, unknown>) => void = () => {},
  build = buildSafetensors as (tensors: typeof TENSORS) => Uint8Array,
  [stem, extension] = ["model", "safetensors"],
): Record<string, string | Uint8Array> {
  const halves = [TENSORS.slice(0, 5), TENSORS.slice(5)];
  const names = halves.map((_, i) =>
    `${stem}-0000${i + 1}-of-00002.${extension}`
  );
  const weight_map: Record<string, unknown> = {};
  halves.forEach((half, i) => {
    for (const { name } of half) weight_map[name] = names[i];
  });
  change(weight_map);
  return {
    [`${stem}.${extension}.index.json`]: JSON.stringify({
      metadata: { total_size: 1 },
      weight_map,
    }),
    [names[0]!]: build(halves[0]!),
    [names[1]!]: build(halves[1]!),
  };
}

Deno.test("openCheckpoint() reads shards of both formats by their index", async () => {
  const forms = [
    sharded(),
    sharded(undefined, (tensors) => buildTorch(tensors), [
      "pytorch_model",
      "bin",
    ]),
  ];
  for (const files of forms) {
    using directory = modelDirectory(files);
    const { tensors } = await openCheckpoint(directory.path);
    assertEquals(new Set(tensors.map(({ file }) => file)).size, 2);
    for (const [i, tensor] of tensors.entries()) {
      assertEquals(await tensor.read(), TENSORS[i]!.data);
    }
  }
});

const BAD_NAMES = [
  "../model.safetensors",
  "/etc/passwd",
  "a/b.safetensors",
  "a\\b.safetensors",
  "..",
  "",
  ".hidden.safetensors",
  "model.safetensors\0",
  "shard.bin",
  7,
  null,
  {},
  ["a.safetensors"],
];
for (const name of BAD_NAMES) {
  Deno.test(`openCheckpoint() refuses an index that names ${JSON.stringify(name)}`, () =>
    assertRefused(
      sharded((map) => map[A_LOG] = name),
      "model.safetensors.index.json",
      A_LOG,
    ));
}

Deno.test("openCheckpoint() refuses shards that are not as their index says", async () => {
  const second = "model-00002-of-00002.safetensors";
  const files = sharded();
  delete files[second];
  await assertRefused(files, second, "no such file");
  await assertRefused(sharded((map) => delete map[A_LOG]), A_LOG, "index");
  await assertRefused(sharded((map) => map["x"] = second), '"x"', second);
  await assertRefused(
    sharded((map) => map[A_LOG] = "model-00001-of-00002.safetensors"),
    A_LOG,
  );
  const index = "model.safetensors.index.json";
  await assertRefused({ [index]: "{}" }, index, "weight_map");
  await assertRefused({ [index]: '{"weight_map":{}}' }, index, "weight_map");
  await assertRefused({ [index]: '{"weight_map":[]}' }, index, "weight_map");
  await assertRefused({ [index]: "no" }, index, "JSON");
});

Deno.test("openCheckpoint() takes safetensors before .bin, one file before shards", async () => {
  const bad = new Uint8Array(3);
  const order = ["model.safetensors", "pytorch_model.bin"];
  using both = modelDirectory({
    [order[0]!]: WHOLE,
    [order[1]!]: bad,
    "model.safetensors.index.json": "no",
  });
  assertEquals((await openCheckpoint(both.path)).format, "safetensors");
  // A broken first choice is an error: nothing else is tried in silence.
  await assertRefused({
    [order[0]!]: bad,
    [order[1]!]: buildTorch(TENSORS),
  }, order[0]!);
});

Deno.test("openCheckpoint() names what is missing, extra or misshapen", async () => {
  const without = (name: string) =>
    buildSafetensors(TENSORS.filter((tensor) => tensor.name !== name));
  for (const { name } of TENSORS) {
    await assertRefused({ "model.safetensors": without(name) }, name);
  }
  const extra = { ...TENSORS[1]!, name: "backbone.layers.1.norm.weight" };
  await assertRefused(
    { "model.safetensors": buildSafetensors([...TENSORS, extra]) },
    extra.name,
  );
  const twice = { ...TENSORS[0]!, name: "backbone.embeddings.weight" };
  await assertRefused(
    { "model.safetensors": buildSafetensors([...TENSORS, twice]) },
    "embedding",
    "twice",
  );
});

Deno.test("openCheckpoint() reads transformers names, with and without backbone.", async () => {
  const config = JSON.stringify({
    model_type: "mamba",
    hidden_size: 8,
    num_hidden_layers: 1,
    state_size: 4,
    vocab_size: 16,
  });
  for (const prefix of ["backbone.", ""]) {
    const named = TENSORS.map((tensor) => ({
      ...tensor,
      name: tensor.name.replace("embedding", "embeddings")
        .replace("backbone.", prefix),
    }));
    using directory = modelDirectory({
      "config.json": config,
      "model.safetensors": buildSafetensors(named),
    });
    const { form, tensors } = await openCheckpoint(directory.path);
    assertEquals(form, "transformers");
    assertEquals(
      tensors.map(({ name }) => name),
      TENSORS.map(({ name }) => name),
    );
  }
});

Deno.test("openCheckpoint() says which file is not there", async () => {
  const code = async (directory: string) =>
    (await assertRejects(() => openCheckpoint(directory), MambaError)).code;
  using empty = new TemporaryDirectory();
  using noWeights = modelDirectory({});
  using noConfig = new TemporaryDirectory({ "model.safetensors": WHOLE });
  for (const path of [empty.path, noWeights.path, noConfig.path]) {
    assertEquals(await code(path), "not_found");
    assertEquals(await isCheckpointDirectory(path), false);
  }
  assertEquals(await code(join(empty.path, "nowhere")), "not_found");
  const file = join(noWeights.path, "config.json");
  assertEquals(await code(file), "not_found");
  assertEquals(await code(join(file, "model")), "not_found");
});

Deno.test("openCheckpoint() names a link that leads nowhere", async () => {
  using directory = modelDirectory({
    "pytorch_model.bin": buildTorch(TENSORS),
  });
  const link = join(directory.path, "model.safetensors");
  Deno.symlinkSync(join(directory.path, "gone"), link);
  const error = await assertRejects(
    () => openCheckpoint(directory.path),
    MambaError,
    "model.safetensors: there is no such file",
  );
  assertEquals(error.code, "not_found");
});

Deno.test("openCheckpoint() follows links, as download caches use them", async () => {
  using cache = new TemporaryDirectory({ blob: WHOLE });
  using directory = modelDirectory({});
  Deno.symlinkSync(
    join(cache.path, "blob"),
    join(directory.path, "model.safetensors"),
  );
  assertEquals((await openCheckpoint(directory.path)).format, "safetensors");
});

Deno.test("openCheckpoint() refuses directories and pipes in place of files", async () => {
  using asDirectory = modelDirectory({});
  Deno.mkdirSync(join(asDirectory.path, "model.safetensors"));
  using asPipe = modelDirectory({});
  const made = await new Deno.Command("mkfifo", {
    args: [join(asPipe.path, "pytorch_model.bin")],
  }).output();
  assertEquals(made.code, 0);
  for (const { path } of [asDirectory, asPipe]) {
    await assertRejects(
      () => openCheckpoint(path),
      MambaError,
      "not a regular file",
    );
  }
});

Deno.test("openCheckpoint() refuses a configuration that is no small JSON text", async () => {
  const weights = { "model.safetensors": WHOLE };
  for (const text of ["", "{", "[]", "null", '{"d_model": 8', "<html>"]) {
    await assertRefused({ ...weights, "config.json": text }, "config.json");
  }
  const bytes = Uint8Array.of(0x7b, 0xff, 0x7d);
  await assertRefused({ ...weights, "config.json": bytes }, "UTF-8");
  const huge = " ".repeat(2_000_000);
  await assertRefused({ ...weights, "config.json": huge }, "too many");
});

Deno.test("openCheckpoint() stops when aborted", async () => {
  using directory = modelDirectory({ "model.safetensors": WHOLE });
  const error = await assertRejects(
    () => openCheckpoint(directory.path, { signal: AbortSignal.abort() }),
    MambaError,
  );
  assertEquals(error.code, "aborted");
});

Deno.test("peekCheckpoint() gives a summary, or the error as a value", async () => {
  using directory = modelDirectory({
    "model.safetensors": WHOLE,
    "tokenizer.json": "{}",
  });
  assertEquals(await isCheckpointDirectory(directory.path), true);
  const summary = await peekCheckpoint(directory.path);
  if (summary.error !== undefined) throw summary.error;
  assertEquals(summary.config.dModel, SMALL_JSON.d_model);
  assertEquals(4 * summary.parameters, summary.totalBytes);
  assertEquals([summary.dtype, summary.trained], ["f32", true]);
  assertEquals(summary.hasTokenizer, true);
  Deno.truncateSync(join(directory.path, "model.safetensors"), 100);
  assertEquals(await isCheckpointDirectory(directory.path), true);
  const broken = await peekCheckpoint(directory.path);
  assertEquals(broken.error?.code, "invalid_checkpoint");
});
