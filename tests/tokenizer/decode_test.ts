import { assert, assertEquals, assertThrows } from "@std/assert";
import { MambaError } from "../../lib/api/mamba_error.ts";
import { loadTokenizer, type Tokenizer } from "../../lib/tokenizer/mod.ts";
import { TEMPLATE, TINY } from "./tokenizers.ts";

const tiny = await loadTokenizer(TINY);

/** Numbers from 0 to 1, the same each time (mulberry32). */
function randomNumbers(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Text of any characters, half of them from the first few hundred. */
function randomText(random: () => number): string {
  const length = Math.floor(random() * 40);
  return Array.from({ length }, () => {
    const limit = random() < 0.5 ? 0x250 : 0x110000;
    const code = Math.floor(random() * limit);
    return code >= 0xd800 && code < 0xe000 ? "" : String.fromCodePoint(code);
  }).join("");
}

function stream(tokenizer: Tokenizer, ids: Iterable<number>): string[] {
  const decoder = tokenizer.createDecoder();
  return [...Array.from(ids, (id) => decoder.push(id)), decoder.flush()];
}

const TEXTS = [
  "",
  " ",
  "  leading and trailing  ",
  "\n",
  "\r\n\n\n\t",
  "\0a\0",
  "Hello, world !  Don 't clean up .",
  "漢字かな交じり文",
  "👩‍👩‍👧‍👦🇩🇪❤️",
  "\ufeffwith a mark of byte order\ufeff",
  "q\u0307\u0323 and a\u0301\u0301\u0301",
  "<|endoftext|>in the middle<|endoftext|>",
  "\u{10ffff}\uffff\ue000",
];

Deno.test("Tokenizer.decode() gives back what was encoded, in NFC", () => {
  for (const text of TEXTS) {
    assertEquals(tiny.decode(tiny.encode(text)), text.normalize("NFC"));
  }
});

Deno.test("Tokenizer.decode() gives back random texts, whole and streamed", () => {
  const random = randomNumbers(11);
  for (let i = 0; i < 2000; i++) {
    const text = randomText(random);
    const ids = tiny.encode(text);
    assertEquals(tiny.decode(ids), text.normalize("NFC"));
    assertEquals(stream(tiny, ids).join(""), text.normalize("NFC"));
  }
});

Deno.test("Tokenizer.decode() gives back long texts", () => {
  const units = ["a", " a", "é", "漢", "😀", "\n", " ", "\0", "ab12 ", "<|"];
  for (const unit of units) {
    const text = unit.repeat(100_000 / unit.length);
    assert(tiny.decode(tiny.encode(text)) === text, JSON.stringify(unit));
  }
});

Deno.test("Tokenizer.encode() takes time in proportion to a word's length", () => {
  // Quadratic time would be many minutes here.
  assertEquals(tiny.decode(tiny.encode("ab".repeat(500_000))).length, 1e6);
});

Deno.test("Tokenizer.encode() makes U+FFFD of lone surrogates", () => {
  const text = "a\ud83db\ude00\ud83d";
  assertEquals(tiny.decode(tiny.encode(text)), "a\ufffdb\ufffd\ufffd");
});

Deno.test("Tokenizer.encode() makes special tokens of their spelling", () => {
  assertEquals([...tiny.encode("<|endoftext|>")], [0]);
  assertEquals(tiny.encode("<|endoftext|").includes(0), false);
  assertEquals(tiny.decode([0]), "<|endoftext|>");
  assertEquals(tiny.decode([0], { skipSpecialTokens: true }), "");
});

Deno.test("StreamingDecoder.push() and flush() equal decode() for any ids", () => {
  const random = randomNumbers(12);
  for (let i = 0; i < 2000; i++) {
    const ids = Array.from(
      { length: Math.floor(random() * 30) },
      () => Math.floor(random() * (tiny.vocabSize + 4)),
    );
    assertEquals(stream(tiny, ids).join(""), tiny.decode(ids), ids.join());
  }
});

Deno.test("StreamingDecoder.push() never shows part of a character", () => {
  const text = "é漢😀👩‍👧 end";
  for (const piece of stream(tiny, tiny.encode(text))) {
    assert(!piece.includes("\ufffd") && piece.isWellFormed(), piece);
  }
  const bytes = [..."😀"].flatMap((c) => [...tiny.encode(c)]);
  assertEquals(stream(tiny, bytes), ["", "", "", "😀", ""]);
});

Deno.test("StreamingDecoder.flush() ends an incomplete character once", () => {
  const ids = tiny.encode("a😀");
  const decoder = tiny.createDecoder();
  const pieces = Array.from(ids.subarray(0, -1), (id) => decoder.push(id));
  assertEquals(pieces.join(""), "a");
  assertEquals(decoder.flush(), "\ufffd");
  assertEquals(decoder.flush(), "");
  assertEquals(decoder.push(tiny.encode("b")[0]!), "b");
});

Deno.test("StreamingDecoder keeps a special token apart from half a character", () => {
  const half = tiny.encode("é")[0]!;
  assertEquals(stream(tiny, [half, 0]).join(""), "\ufffd<|endoftext|>");
  const decoder = tiny.createDecoder({ skipSpecialTokens: true });
  const rest = tiny.encode("é")[1]!;
  const pieces = [half, 0, rest].map((id) => decoder.push(id));
  assertEquals(pieces, ["", "", "é"]);
});

Deno.test("Tokenizer.decode() gives ids beyond the vocabulary no text", () => {
  assertEquals(tiny.decode([tiny.vocabSize, 1e6, 2 ** 32 - 1]), "");
  assertEquals(tiny.tokenText(tiny.vocabSize), "");
  assertEquals(tiny.tokenBytes(tiny.vocabSize).length, 0);
});

Deno.test("Tokenizer.decode() refuses what is no id", () => {
  for (const id of [-1, 0.5, NaN, Infinity]) {
    const error = assertThrows(() => tiny.decode([id]), MambaError);
    assertEquals(error.code, "invalid_argument");
    assertEquals(error.field, "ids");
  }
});

Deno.test("Tokenizer.tokenText() and tokenBytes() tell of one token", () => {
  const [the] = tiny.encode(" the");
  assertEquals(tiny.tokenText(the!), " the");
  assertEquals(tiny.idOf("Ġthe"), the);
  const [first] = tiny.encode("é");
  assertEquals([...tiny.tokenBytes(first!)], [0xc3]);
  assertEquals(tiny.tokenText(first!), "\ufffd");
  assertEquals(tiny.idOf("no such token"), undefined);
  assertEquals(tiny.idOf("constructor"), undefined);
});

Deno.test("Tokenizer.tokenBytes() is a copy", () => {
  const [the] = tiny.encode(" the");
  tiny.tokenBytes(the!).fill(0);
  assertEquals(tiny.tokenText(the!), " the");
});

Deno.test("Tokenizer.decode() writes added tokens as they are spelled", async () => {
  const template = await loadTokenizer(TEMPLATE);
  const ids = template.encode("a <left>b<right> c Unit");
  assertEquals(template.decode(ids), "a<left>b<right>c Unit");
  assertEquals(template.eosTokenId, template.idOf("<|endoftext|>"));
});
