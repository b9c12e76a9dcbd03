import { join } from "node:path";
import { assertEquals, assertGreater, assertThrows } from "@std/assert";
import { MambaError } from "../../lib/api/mamba_error.ts";
import { loadTokenizer } from "../../lib/tokenizer/mod.ts";
import { canCut, cutAtWords } from "../../lib/tokenizer/cut_text.ts";
import { readTokenizerJson } from "../../lib/tokenizer/tokenizer_json.ts";
import { TEMPLATE, TINY } from "./tokenizers.ts";

const tiny = await loadTokenizer(TINY);

/** Words, marks and spaces of every kind, where cuts could go wrong. */
const AWKWARD = [
  "it's we'll they'RE 'tis ",
  "a  b   c\n\nd \n e\n",
  "\t\r\n x\u00a0 y\u3000 z\u0085 \ufeff q\u2028 ",
  "e\u0301 \u0301\u0323 a\u0300\n\u0301",
  "漢字 かな\n交じり文。 ",
  "🙂 👩‍👩‍👧 12 3.4 - -- !? \n",
  "<|endoftext|> <|endoftext|>\n",
].join("");

Deno.test("cutAtWords() gives parts that are encoded as the whole text is", () => {
  const whole = [...tiny.encode(AWKWARD)];
  for (let length = 1; length < 40; length++) {
    const parts = [...cutAtWords(AWKWARD, length)];
    assertEquals(parts.join(""), AWKWARD);
    assertEquals(parts.flatMap((part) => [...tiny.encode(part)]), whole);
  }
  assertGreater([...cutAtWords(AWKWARD, 1)].length, 20);
});

Deno.test("cutAtWords() cuts nothing off a text without words", () => {
  for (const text of ["", "x".repeat(50), " ".repeat(50)]) {
    assertEquals([...cutAtWords(text, 10)], [text]);
  }
});

Deno.test("Tokenizer.encodeInPieces() gives the ids of encode()", () => {
  const text = AWKWARD.repeat(2000);
  const pieces = [...tiny.encodeInPieces(text)];
  assertGreater(pieces.length, 2);
  assertEquals(pieces.flatMap((piece) => [...piece]), [...tiny.encode(text)]);
});

Deno.test("Tokenizer.encodeInPieces() does not cut where that could matter", async () => {
  const template = await loadTokenizer(TEMPLATE);
  const text = AWKWARD.repeat(1000);
  assertEquals([...template.encodeInPieces(text)], [template.encode(text)]);
});

Deno.test("Tokenizer.encodeInPieces() refuses a piece that no memory holds", () => {
  const text = "a b ".repeat(10) + "x".repeat(2 ** 24 + 1);
  const error = assertThrows(
    () => [...tiny.encodeInPieces(text)],
    MambaError,
    "Cannot encode 16777",
  );
  assertEquals(error.code, "too_large");
});

Deno.test("canCut() is true for GPT-2's split and harmless added tokens", async () => {
  const file = join(TINY, "tokenizer.json");
  const original = JSON.parse(await Deno.readTextFile(file));
  const can = (change: Record<string, unknown>) =>
    canCut(readTokenizerJson({ ...original, ...change }, file));
  const added = (content: string, rstrip = false) => ({
    added_tokens: [{ id: 9999, content, rstrip }],
  });
  const { pre_tokenizer } = original;
  for (const fine of [{}, added("   "), added("a1"), added(" a1")]) {
    assertEquals(can(fine), true);
  }
  for (
    const other of [
      added("a b"),
      added("a1\n"),
      added("a1", true),
      { pre_tokenizer: { ...pre_tokenizer, use_regex: false } },
      { pre_tokenizer: { type: "Sequence", pretokenizers: [pre_tokenizer] } },
    ]
  ) assertEquals(can(other), false);
});
