import { assert, assertEquals, assertRejects } from "@std/assert";
import { Tokenizer as PackageTokenizer } from "@huggingface/tokenizers";
import { MambaError } from "../../lib/api/mamba_error.ts";
import {
  loadTokenizer,
  type TokenizerProgress,
  trainTokenizer,
  type TrainTokenizerOptions,
} from "../../lib/tokenizer/mod.ts";
import { naiveMerges } from "./naive_byte_pairs.ts";

const RHYME = `The king's daughter said: "Who's there?" 'Tis I, the frog!
The frog sat by the well, the well was deep, the daughter didn't weep.

   12 frogs, 112 frogs; aaaa aaaaa baaaa   aaaaaaa!!!!! ---- --------
Die Königin fragte: „Spieglein, Spieglein an der Wand“ 🐸🐸 漢字漢字 漢\r\n\t\tthe`;

/** The contents of the tokenizer.json that training gives. */
async function train(
  texts: Iterable<string>,
  options?: TrainTokenizerOptions,
): Promise<{
  model: { vocab: Record<string, number>; merges: string[] };
}> {
  const tokenizer = await trainTokenizer(texts, options);
  return await saved(tokenizer, (folder) => readJson(folder, "tokenizer.json"));
}

async function saved<T>(
  tokenizer: { save(directory: string): Promise<void> },
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    await tokenizer.save(folder);
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function readJson(folder: string, name: string) {
  return JSON.parse(await Deno.readTextFile(`${folder}/${name}`));
}

Deno.test("trainTokenizer() learns the merges of the naive algorithm", async () => {
  for (const minFrequency of [1, 2, 3]) {
    for (const texts of [[RHYME], RHYME.split("\n"), ["aaaa aaa xaaaa"]]) {
      const options = { vocabSize: 330, minFrequency };
      const { merges } = (await train(texts, options)).model;
      assertEquals(merges, naiveMerges(texts, options));
      assert(merges.length > 0);
    }
  }
});

Deno.test("trainTokenizer() gives the special tokens and bytes the first ids", async () => {
  const { model } = await train([RHYME], {
    vocabSize: 300,
    specialTokens: ["<|endoftext|>", "<|turn|>"],
  });
  const byId = Object.entries(model.vocab).sort(([, a], [, b]) => a - b);
  assertEquals(
    byId.map(([, id]) => id),
    Array.from({ length: 300 }, (_, i) => i),
  );
  const tokens = byId.map(([token]) => token);
  assertEquals(tokens.slice(0, 5), [
    "<|endoftext|>",
    "<|turn|>",
    "!",
    '"',
    "#",
  ]);
  // The shifted bytes come last; there are 68 of them.
  assertEquals(tokens[257], String.fromCharCode(256 + 67));
  assertEquals(
    tokens.slice(258),
    model.merges.map((merge) => merge.replace(" ", "")),
  );
});

Deno.test("trainTokenizer() learns nothing of special tokens", async () => {
  const text = "the<|endoftext|>frog<|endoftext|>the<|endoftext|>frog";
  const { merges } = (await train([text], { vocabSize: 300 })).model;
  assertEquals(
    merges,
    naiveMerges(["the", "frog", "the", "frog"], {
      vocabSize: 300,
      minFrequency: 2,
    }),
  );
  assertEquals(merges.filter((merge) => /[<|>]/.test(merge)), []);
  // NFC makes "OK" of the sign for kelvin, which must not become the token.
  const { model } = await train(["O\u212a:", "O\u212a"], {
    specialTokens: ["OK"],
  });
  assertEquals(model.merges, []);
});

Deno.test("trainTokenizer() writes what the package encodes alike", async () => {
  const tokenizer = await trainTokenizer([RHYME], { vocabSize: 300 });
  await saved(tokenizer, async (folder) => {
    const again = await loadTokenizer(folder);
    const original = new PackageTokenizer(
      await readJson(folder, "tokenizer.json"),
      await readJson(folder, "tokenizer_config.json"),
    );
    assertEquals([again.vocabSize, again.eosTokenId], [300, 0]);
    for (const text of TEXTS) {
      const ids = [...tokenizer.encode(text)];
      assertEquals([...again.encode(text)], ids);
      assertEquals(original.encode(text).ids, ids);
      assertEquals(tokenizer.decode(ids), text.normalize("NFC"));
    }
  });
});

const TEXTS = [
  "",
  " ",
  RHYME,
  "the frog<|endoftext|>\n\nthe well",
  "e\u0301tude 👩‍👩‍👧‍👦🇩🇪❤️",
  "Привет, мир! שלום العربية ไทย 한국어",
  "\n\n \t\r\n a  b\u00a0c\0",
];

Deno.test("trainTokenizer() stops where nothing is left to merge", async () => {
  assertEquals((await train([])).model.merges, []);
  assertEquals((await train(["", "x"])).model.merges, []);
  assertEquals((await train(["abc abc"])).model.merges, ["a b", "ab c"]);
  assertEquals(
    (await train(["ab ab", "cd"], { minFrequency: 3 })).model.merges,
    [],
  );
});

Deno.test("trainTokenizer() takes texts as they come and tells how far it is", async () => {
  async function* pieces() {
    for (const text of RHYME.split("\n")) yield await Promise.resolve(text);
  }
  const seen: TokenizerProgress[] = [];
  const tokenizer = await trainTokenizer(pieces(), {
    vocabSize: 270,
    onProgress: (progress) => seen.push(progress),
  });
  const [reading, merging] = (["reading", "merging"] as const)
    .map((stage) => seen.filter((progress) => progress.stage === stage));
  assertEquals(reading!.at(-1), {
    stage: "reading",
    characters: RHYME.replaceAll("\n", "").length,
  });
  assertEquals(merging!.at(-1), { stage: "merging", done: 270, total: 270 });
  assertEquals(tokenizer.vocabSize, 270);
});

Deno.test("trainTokenizer() stops when it is told to", async () => {
  const controller = new AbortController();
  const error = await assertRejects(
    () =>
      trainTokenizer([RHYME], {
        signal: controller.signal,
        onProgress: ({ stage }) => {
          if (stage === "merging") controller.abort();
        },
      }),
    MambaError,
  );
  assertEquals(error.code, "aborted");
});

Deno.test("trainTokenizer() refuses options that make no sense", async () => {
  const wrong: [keyof TrainTokenizerOptions, unknown][] = [
    ["vocabSize", 256],
    ["vocabSize", 2 ** 22 + 1],
    ["vocabSize", 300.5],
    ["vocabSize", NaN],
    ["minFrequency", 0],
    ["minFrequency", 1.5],
    ["specialTokens", []],
    ["specialTokens", ["a"]],
    ["specialTokens", ["ab", "ab"]],
    ["specialTokens", ["\ud800\ud800"]],
  ];
  for (const [field, value] of wrong) {
    const error = await assertRejects(
      () => trainTokenizer([RHYME], { [field]: value }),
      MambaError,
      `Cannot use ${field}`,
    );
    assertEquals([error.code, error.field], ["invalid_argument", field]);
  }
});
