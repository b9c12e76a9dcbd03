import { assert, assertEquals, assertRejects } from "@std/assert";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  findCachedModel,
  listCachedModels,
  removeModel,
  verifyModel,
} from "../../lib/hub/mod.ts";
import { MambaError } from "../../lib/mod.ts";
import {
  gitHash,
  noise,
  sha256,
  STATE_SPACES_CONFIG,
} from "../helpers/loopback_hub/repositories.ts";
import { tree, withCache } from "./cache_folder.ts";

const FIRST = "a".repeat(40);
const SECOND = "b".repeat(40);
const encoder = new TextEncoder();
const CONFIG = encoder.encode(STATE_SPACES_CONFIG);
const WEIGHTS = noise(1000);
const FIXTURE = fileURLToPath(
  new URL("../fixtures/tiny-mamba1", import.meta.url),
);

/** Writes what Python's tools write for one file, by hand. */
async function addFile(
  cache: string,
  repo: string,
  commit: string,
  name: string,
  content: Uint8Array,
  large = false,
): Promise<void> {
  const folder = join(cache, `models--${repo.replace("/", "--")}`);
  const etag = large ? sha256(content) : gitHash(content);
  const path = join(folder, "snapshots", commit, name);
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.mkdir(join(folder, "blobs"), { recursive: true });
  await Deno.writeFile(join(folder, "blobs", etag), content);
  await Deno.symlink(`../../blobs/${etag}`, path);
}

async function addRef(
  cache: string,
  repo: string,
  revision: string,
  commit: string,
): Promise<void> {
  const refs = join(cache, `models--${repo.replace("/", "--")}`, "refs");
  await Deno.mkdir(dirname(join(refs, revision)), { recursive: true });
  await Deno.writeTextFile(join(refs, revision), commit);
}

/** A model at two commits that share their weights. */
async function addTwoCommits(cache: string): Promise<void> {
  const changed = encoder.encode(STATE_SPACES_CONFIG + "\n");
  await addFile(cache, "o/m", FIRST, "config.json", CONFIG);
  await addFile(cache, "o/m", FIRST, "pytorch_model.bin", WEIGHTS, true);
  await addFile(cache, "o/m", SECOND, "config.json", changed);
  await addFile(cache, "o/m", SECOND, "pytorch_model.bin", WEIGHTS, true);
  await addRef(cache, "o/m", "main", SECOND);
  await addRef(cache, "o/m", "refs/pr/1", FIRST);
}

Deno.test("listCachedModels() finds what Python's tools have downloaded, Mamba models alone", async () => {
  await withCache(async (cache) => {
    assertEquals(await listCachedModels(cache), []);
    await addTwoCommits(cache);
    const bert = encoder.encode('{"model_type":"bert","hidden_size":8}');
    await addFile(cache, "o/bert", FIRST, "config.json", bert);
    await Deno.mkdir(join(cache, "datasets--o--d"), { recursive: true });
    await Deno.writeTextFile(join(cache, "version.txt"), "1");
    const models = await listCachedModels(cache);
    assertEquals(
      models.map(({ id, commit, revisions, complete, bytes }) => ({
        id,
        commit,
        revisions,
        complete,
        bytes,
      })),
      [
        {
          id: "o/m@refs/pr/1",
          commit: FIRST,
          revisions: ["refs/pr/1"],
          complete: true,
          bytes: CONFIG.length + WEIGHTS.length,
        },
        {
          id: "o/m",
          commit: SECOND,
          revisions: ["main"],
          complete: true,
          bytes: CONFIG.length + 1 + WEIGHTS.length,
        },
      ],
    );
  });
});

Deno.test("findCachedModel() takes branches, commits and the beginnings of commits", async () => {
  await withCache(async (cache) => {
    await addTwoCommits(cache);
    const commitOf = async (revision: string) =>
      (await findCachedModel({ repo: "o/m", revision }, cache))?.commit;
    assertEquals(await commitOf("main"), SECOND);
    assertEquals(await commitOf("refs/pr/1"), FIRST);
    assertEquals(await commitOf(FIRST), FIRST);
    assertEquals(await commitOf(FIRST.slice(0, 8)), FIRST);
    assertEquals(await commitOf("v2"), undefined);
    assertEquals(
      await findCachedModel({ repo: "o/none", revision: "main" }, cache),
      undefined,
    );
  });
});

Deno.test("listCachedModels() takes copies where there are no links", async () => {
  await withCache(async (cache) => {
    const snapshot = join(cache, "models--o--m", "snapshots", FIRST);
    await Deno.mkdir(snapshot, { recursive: true });
    for await (const { name, isFile } of Deno.readDir(FIXTURE)) {
      if (isFile) {
        await Deno.copyFile(join(FIXTURE, name), join(snapshot, name));
      }
    }
    const [model] = await listCachedModels(cache);
    assertEquals([model!.id, model!.complete], [`o/m@${FIRST}`, true]);
    const { ok, files } = await verifyModel(`o/m@${FIRST}`, { cache });
    assert(ok && files.every(({ state }) => state === "unknown"));
  });
});

Deno.test("a model without all of its weights is not complete", async () => {
  await withCache(async (cache) => {
    const index = encoder.encode(JSON.stringify({
      weight_map: { a: "model-1.safetensors", b: "model-2.safetensors" },
    }));
    await addFile(cache, "o/m", FIRST, "config.json", CONFIG);
    await addFile(cache, "o/m", FIRST, "model.safetensors.index.json", index);
    await addFile(cache, "o/m", FIRST, "model-1.safetensors", WEIGHTS, true);
    await addRef(cache, "o/m", "main", FIRST);
    const blobs = join(cache, "models--o--m", "blobs");
    await Deno.writeFile(join(blobs, "0123.incomplete"), noise(77));
    const [before] = await listCachedModels(cache);
    assertEquals([before!.complete, before!.partialBytes], [false, 77]);
    const { ok, complete } = await verifyModel("o/m", { cache });
    assertEquals([ok, complete], [false, false]);
    await addFile(cache, "o/m", FIRST, "model-2.safetensors", noise(5), true);
    assert((await listCachedModels(cache))[0]!.complete);
    // A link that leads nowhere is no file.
    await Deno.remove(join(blobs, sha256(noise(5))));
    assert(!(await listCachedModels(cache))[0]!.complete);
  });
});

Deno.test("verifyModel() finds a changed byte, and repairs by removing", async () => {
  await withCache(async (cache) => {
    await addTwoCommits(cache);
    const progress: number[] = [];
    const before = await verifyModel("o/m", {
      cache,
      onProgress: (_file, done) => progress.push(done),
    });
    assertEquals(before.ok, true);
    assertEquals(before.files.map(({ state }) => state), ["ok", "ok"]);
    assert(progress.includes(WEIGHTS.length));
    const blob = join(cache, "models--o--m", "blobs", sha256(WEIGHTS));
    const changed = WEIGHTS.slice();
    changed[500]! ^= 1;
    await Deno.writeFile(blob, changed);
    const after = await verifyModel("o/m", { cache, repair: true });
    assertEquals(after.ok, false);
    assertEquals(after.files.find(({ state }) => state !== "ok"), {
      repo: "o/m",
      name: "pytorch_model.bin",
      bytes: WEIGHTS.length,
      state: "damaged",
    });
    const paths = Object.keys(await tree(cache));
    assert(!paths.some((path) => path.endsWith(sha256(WEIGHTS))));
    assert(
      !(await findCachedModel({ repo: "o/m", revision: "main" }, cache))!
        .complete,
    );
    const error = await assertRejects(
      () => verifyModel("o/none", { cache }),
      MambaError,
    );
    assertEquals(error.code, "not_found");
  });
});

Deno.test("removeModel() removes a revision and keeps what another one shares", async () => {
  await withCache(async (cache) => {
    await addTwoCommits(cache);
    const { id, freedBytes } = await removeModel("o/m@refs/pr/1", { cache });
    assertEquals([id, freedBytes > 0], ["o/m@refs/pr/1", true]);
    const models = await listCachedModels(cache);
    assertEquals(models.map(({ id, complete }) => [id, complete]), [
      ["o/m", true],
    ]);
    const paths = Object.keys(await tree(cache));
    assert(!paths.some((path) => path.endsWith(gitHash(CONFIG))));
    assert((await verifyModel("o/m", { cache })).ok);
  });
});

Deno.test("removeModel() removes a whole model, and gives its bytes", async () => {
  await withCache(async (cache) => {
    await addTwoCommits(cache);
    const blobs = join(cache, "models--o--m", "blobs");
    await Deno.writeFile(join(blobs, "0123.incomplete"), noise(77));
    const sizes = [...Deno.readDirSync(blobs)]
      .map(({ name }) => Deno.statSync(join(blobs, name)).size);
    const { freedBytes } = await removeModel("o/m", { cache });
    const refs = 80;
    assertEquals(freedBytes, sizes.reduce((a, b) => a + b, 0) + refs);
    assertEquals(await listCachedModels(cache), []);
    const left = Object.keys(await tree(cache));
    assertEquals(left.filter((path) => !path.startsWith(".locks")), []);
  });
});

Deno.test("removeModel() leaves alone what is another program's, absent, or in work", async () => {
  await withCache(async (cache) => {
    const bert = encoder.encode('{"model_type":"bert","hidden_size":8}');
    await addFile(cache, "o/bert", FIRST, "config.json", bert);
    await addTwoCommits(cache);
    const codeOf = async (name: string) =>
      (await assertRejects(() => removeModel(name, { cache }), MambaError))
        .code;
    assertEquals(await codeOf("o/bert"), "unsupported");
    assertEquals(await codeOf("o/none"), "not_found");
    assertEquals(await codeOf("o/m@v9"), "not_found");
    assertEquals(await codeOf("nothing"), "invalid_argument");
    const locks = join(cache, ".locks", "models--o--m");
    await Deno.mkdir(locks, { recursive: true });
    using lock = await Deno.create(join(locks, `${sha256(WEIGHTS)}.lock`));
    await lock.lock(true);
    assertEquals(await codeOf("o/m"), "busy");
    assertEquals((await listCachedModels(cache)).length, 2);
  });
});
