import {
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { MambaError } from "../../../lib/api/mamba_error.ts";
import { loadTokenizer } from "../../../lib/tokenizer/mod.ts";
import { PackedDataset } from "../../../lib/training/data/packed_dataset.ts";
import {
  tokenizeDocuments,
  type TokenizedText,
} from "../../../lib/training/data/tokenized_text.ts";
import { fileURLToPath } from "node:url";

const TINY = fileURLToPath(
  new URL("../../fixtures/tiny-mamba1", import.meta.url),
);
const tokenizer = await loadTokenizer(TINY);
const END = tokenizer.eosTokenId!;
const TEXTS = [
  "Once upon a time",
  "é",
  'the frog 🙂 said:\n"Good morning", and was there.',
  "x".repeat(99),
];

function documentsOf(texts: readonly string[]) {
  return texts.map((text) => ({ text, source: "a test" }));
}

function tokenize(texts: readonly string[]): Promise<TokenizedText> {
  return tokenizeDocuments(documentsOf(texts), tokenizer);
}

Deno.test("tokenizeDocuments() puts the end of text around each document", async () => {
  const { ids, starts } = await tokenize(TEXTS);
  const expected = TEXTS.flatMap((text) => [END, ...tokenizer.encode(text)]);
  assertEquals([...ids], [...expected, END]);
  assertEquals([...starts].map((at) => ids[at]), [END, END, END, END]);
  assertEquals(
    [...starts],
    [...ids.keys()].filter((at) => ids[at] === END).slice(0, -1),
  );
});

Deno.test("tokenizeDocuments() holds more ids than it has room for at first", async () => {
  const text = "a b c d e f g h\n".repeat(5000);
  const { ids, starts } = await tokenize([text, "x", text]);
  assertEquals(tokenizer.decode(ids.subarray(starts[2]! + 1, -1)), text);
  assertEquals(ids.buffer.byteLength, ids.byteLength);
});

Deno.test("tokenizeDocuments() tells how far it is and stops when told to", async () => {
  const controller = new AbortController();
  const seen: unknown[] = [];
  const error = await assertRejects(
    () =>
      tokenizeDocuments(documentsOf(TEXTS), tokenizer, {
        signal: controller.signal,
        onProgress: (progress) => {
          seen.push(progress);
          controller.abort();
        },
      }),
    MambaError,
  );
  assertEquals(error.code, "aborted");
  const tokens = 1 + tokenizer.encode(TEXTS[0]!).length;
  assertEquals(seen, [{ documents: 1, tokens }]);
});

Deno.test("tokenizeDocuments() refuses no documents", async () => {
  const error = await assertRejects(() => tokenize([]), MambaError);
  assertEquals([error.code, error.field], ["invalid_argument", "data"]);
});

Deno.test("PackedDataset has every token of every document as a target once", async () => {
  const text = await tokenize(TEXTS);
  const expected = TEXTS.flatMap((text) => [...tokenizer.encode(text), END]);
  const bytes = new TextEncoder().encode(TEXTS.join("")).length;
  for (const rowLength of [1, 2, 3, 7, 16, 1000]) {
    const data = new PackedDataset(text, { rowLength });
    const rows = Array.from({ length: data.length }, (_, i) => data.row(i));
    assertEquals(rows.flatMap(({ targets }) => [...targets]), expected);
    assertEquals(data.targetTokens, expected.length);
    assertEquals(data.targetBytes, bytes);
    for (const { tokens } of rows.slice(0, -1)) {
      assertEquals(tokens.length, rowLength);
    }
  }
});

Deno.test("PackedDataset begins a sequence with each document and row", async () => {
  const text = await tokenize(TEXTS);
  for (const rowLength of [1, 2, 3, 7, 16, 1000]) {
    const data = new PackedDataset(text, { rowLength });
    for (let i = 0; i < data.length; i++) {
      const { tokens, targets, counts } = data.row(i);
      let at = 0;
      for (const count of counts) {
        const sequence = tokens.subarray(at, at + count);
        // Inside a sequence each target is the next token, and no other
        // document begins.
        assertEquals(sequence.slice(1), targets.slice(at, at + count - 1));
        assertEquals(sequence.slice(1).includes(END), false);
        if (at > 0) assertEquals(sequence[0], END);
        at += count;
      }
      assertEquals(at, tokens.length);
      assertEquals(counts.includes(0), false);
    }
  }
});

Deno.test("PackedDataset knows a separator that a document spells out from one", async () => {
  const text = await tokenize(["a<|endoftext|>b", "c"]);
  const { counts } = new PackedDataset(text, { rowLength: 100 }).row(0);
  assertEquals(counts, [4, 2]);
});

Deno.test("PackedDataset takes the first rows only where it is told to", async () => {
  const text = await tokenize(TEXTS);
  const data = new PackedDataset(text, { rowLength: 8, maxRows: 2 });
  const first = tokenizer.decode(text.ids.subarray(1, 17), {
    skipSpecialTokens: true,
  });
  assertEquals([data.length, data.targetTokens], [2, 16]);
  assertEquals(data.targetBytes, new TextEncoder().encode(first).length);
  assertThrows(() => data.row(2), MambaError);
  const all = new PackedDataset(text, { rowLength: 1000, maxRows: 5 });
  assertEquals([all.length, all.targetTokens], [1, text.ids.length - 1]);
});

Deno.test("PackedDataset.fingerprint tells other data and other rows apart", async () => {
  const of = async (texts: string[], rowLength: number, maxRows?: number) =>
    new PackedDataset(await tokenize(texts), { rowLength, maxRows })
      .fingerprint;
  const one = await of(["a b", "c"], 4);
  assertEquals(await of(["a b", "c"], 4), one);
  for (
    const other of [
      of(["a b", "d"], 4),
      of(["a b<|endoftext|>c"], 4),
      of(["a b", "c"], 5),
      of(["a b", "c"], 4, 1),
    ]
  ) assertNotEquals(await other, one);
});

Deno.test("PackedDataset refuses rows of no length and rows that are not there", async () => {
  const text = await tokenize(TEXTS);
  for (const rowLength of [0, -1, 1.5, NaN]) {
    assertThrows(
      () => new PackedDataset(text, { rowLength }),
      MambaError,
      "Cannot use rowLength",
    );
  }
  const data = new PackedDataset(text, { rowLength: 4 });
  for (const index of [-1, 0.5, data.length]) {
    assertThrows(() => data.row(index), MambaError, "Cannot use index");
  }
});
