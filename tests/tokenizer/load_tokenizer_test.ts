import {
  assert,
  assertEquals,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { MambaError, type MambaErrorCode } from "../../lib/api/mamba_error.ts";
import { loadTokenizer } from "../../lib/tokenizer/mod.ts";
import {
  changed,
  DAMAGED,
  type Json,
  TINY_TEXT,
  UNSUPPORTED,
} from "./refused_files.ts";
import { TEMPLATE, TINY } from "./tokenizers.ts";

/** Runs with a folder that holds the files given, name → content. */
async function withFiles(
  files: Record<string, string | Uint8Array<ArrayBuffer>>,
  run: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const bytes = typeof content === "string"
        ? new TextEncoder().encode(content)
        : content;
      await Deno.writeFile(join(directory, name), bytes);
    }
    await run(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function assertRefused(
  path: string,
  code: MambaErrorCode,
  named: string,
): Promise<void> {
  const start = performance.now();
  const error = await assertRejects(() => loadTokenizer(path), MambaError);
  assertLess(performance.now() - start, 30_000);
  assertEquals(error.code, code, error.message);
  assertStringIncludes(error.message, path);
  assertStringIncludes(error.message, named);
  assertLess(error.message.length, path.length + 300);
  assert(error.hint);
}

for (const [what, content, named] of DAMAGED) {
  Deno.test(`loadTokenizer() refuses a file ${what}`, () =>
    withFiles({ "tokenizer.json": content }, (directory) =>
      assertRefused(
        join(directory, "tokenizer.json"),
        "invalid_checkpoint",
        named,
      )));
}

for (const [what, content, named] of UNSUPPORTED) {
  Deno.test(`loadTokenizer() names ${what} as unsupported`, () =>
    withFiles(
      { "tokenizer.json": content },
      (directory) =>
        assertRefused(join(directory, "tokenizer.json"), "unsupported", named),
    ));
}

Deno.test("loadTokenizer() refuses a file that is far too large", () =>
  withFiles({}, async (directory) => {
    const path = join(directory, "tokenizer.json");
    using file = await Deno.open(path, { create: true, write: true });
    await file.truncate(2 ** 40);
    await assertRefused(path, "invalid_checkpoint", "larger than");
  }));

Deno.test("loadTokenizer() says not_found when there is none", () =>
  withFiles({}, async (directory) => {
    const file = join(directory, "tokenizer.json");
    for (const path of [directory, file, join(directory, "no", "where")]) {
      const error = await assertRejects(() => loadTokenizer(path), MambaError);
      assertEquals(error.code, "not_found");
    }
  }));

Deno.test("loadTokenizer() takes the file and its directory", async () => {
  const [one, other] = await Promise.all([
    loadTokenizer(TINY),
    loadTokenizer(join(TINY, "tokenizer.json")),
  ]);
  assertEquals(one.vocabSize, other.vocabSize);
  assertEquals(one.vocabSize, 316);
  assertEquals([...one.specialIds], [0]);
});

Deno.test("loadTokenizer() takes merges as pairs and files without a type", () =>
  withFiles({
    "tokenizer.json": changed((_, model) => {
      delete model.type;
      model.merges = (model.merges as string[]).map((one) => one.split(" "));
    }),
  }, async (directory) => {
    const text = "the theatre, then";
    const tiny = await loadTokenizer(TINY);
    const tokenizer = await loadTokenizer(directory);
    assertEquals(tokenizer.encode(text), tiny.encode(text));
  }));

Deno.test("loadTokenizer() takes names of Object.prototype for tokens", () =>
  withFiles({
    // Written as text: in JavaScript `__proto__` would be no key.
    "tokenizer.json": TINY_TEXT.replace(
      /"vocab"\s*:\s*\{/,
      '"vocab":{"__proto__":500,"constructor":501,',
    ),
  }, async (directory) => {
    const tokenizer = await loadTokenizer(directory);
    assertEquals(tokenizer.idOf("__proto__"), 500);
    assertEquals(tokenizer.idOf("constructor"), 501);
    assertEquals(tokenizer.idOf("toString"), undefined);
    assertEquals(tokenizer.decode([500, 501]), "__proto__constructor");
    const text = "constructor __proto__ toString";
    assertEquals(tokenizer.decode(tokenizer.encode(text)), text);
  }));

Deno.test("Tokenizer.encode() takes for a space what Unicode takes for one", () =>
  withFiles({
    "tokenizer.json": changed((_, model) => {
      // A space with the first byte of U+FEFF, "!" with that of U+0085.
      Object.assign(model.vocab as Json, { "Ġï": 400, "!Â": 401 });
      (model.merges as string[]).push("Ġ ï", "! Â");
    }),
  }, async (directory) => {
    const tokenizer = await loadTokenizer(directory);
    // U+FEFF is none, so the space before it belongs to its word.
    assertEquals(tokenizer.encode(" \ufeffx")[0], 400);
    // U+0085 is one, so a word ends before it.
    assertEquals(tokenizer.encode("!\u0085").includes(401), false);
  }));

Deno.test("loadTokenizer() takes the end of text from tokenizer_config.json", async () => {
  const configs: [unknown, number | undefined][] = [
    [{ eos_token: "<none>" }, undefined],
    [{ eos_token: "a" }, (await loadTokenizer(TINY)).idOf("a")],
    [{ eos_token: { content: "<|endoftext|>" } }, 0],
    [{ eos_token: null }, 0],
    [{}, 0],
  ];
  for (const [config, eos] of configs) {
    const files = {
      "tokenizer.json": TINY_TEXT,
      "tokenizer_config.json": JSON.stringify(config),
    };
    await withFiles(files, async (directory) => {
      if (eos === undefined) {
        const path = join(directory, "tokenizer_config.json");
        const error = await assertRejects(
          () => loadTokenizer(directory),
          MambaError,
        );
        assertStringIncludes(error.message, path);
        return;
      }
      assertEquals((await loadTokenizer(directory)).eosTokenId, eos);
    });
  }
});

Deno.test("Tokenizer.save() writes what loads again, with its config", () =>
  withFiles({
    "tokenizer.json": TINY_TEXT,
    "tokenizer_config.json": '{"eos_token":"a"}',
  }, async (directory) => {
    const tokenizer = await loadTokenizer(directory);
    const other = join(directory, "copy");
    await tokenizer.save(other);
    assertEquals(
      [...Deno.readDirSync(other)].map(({ name }) => name).sort(),
      ["tokenizer.json", "tokenizer_config.json"],
    );
    const again = await loadTokenizer(other);
    assertEquals(again.eosTokenId, tokenizer.eosTokenId);
    assertEquals(again.encode("the end"), tokenizer.encode("the end"));
    const template = await loadTokenizer(TEMPLATE);
    await template.save(other);
    assertEquals((await loadTokenizer(other)).eosTokenId, template.eosTokenId);
  }));
