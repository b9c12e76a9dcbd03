/** Files that are refused, and what the refusal names. */
import { join } from "node:path";
import { TINY } from "./tokenizers.ts";

/** An object of a file. */
export type Json = Record<string, unknown>;

/** The small tokenizer's file. */
export const TINY_TEXT = Deno.readTextFileSync(join(TINY, "tokenizer.json"));

/** The small tokenizer's file with something changed. */
export function changed(change: (json: Json, model: Json) => void): string {
  const json = JSON.parse(TINY_TEXT) as Json;
  change(json, json.model as Json);
  return JSON.stringify(json);
}

const added = (fields: Json) =>
  changed((json) => (json.added_tokens as Json[]).push({ id: 400, ...fields }));

/** What is wrong, the file, what its error must name. */
export const DAMAGED: [string, string | Uint8Array<ArrayBuffer>, string][] = [
  ["empty", "", "JSON"],
  ["not JSON", "<html>Not found</html>", "JSON"],
  ["a pointer", "version https://git-lfs.github.com/spec/v1\n", "JSON"],
  ["cut short", TINY_TEXT.slice(0, 3000), "JSON"],
  ["not UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), "UTF-8"],
  ["a list", "[]", "not an object"],
  ["null", "null", "not an object"],
  ["nested a million deep", "[".repeat(1e6), "JSON"],
  ["of millions of values", `[${"0,".repeat(2e6)}0]`, "values"],
  ["without a model", "{}", "model"],
  ["with a model in a prototype", '{"__proto__":{"model":{}}}', "model"],
  ["with a model that is a text", '{"model":"BPE"}', "model"],
  [
    "without a vocabulary",
    changed((_, model) => delete model.vocab),
    "model.vocab",
  ],
  [
    "with a list as vocabulary",
    changed((_, model) => model.vocab = ["a", "b"]),
    "model.vocab",
  ],
  [
    "with an id that is a text",
    changed((_, model) => (model.vocab as Json)["a"] = "65"),
    '"a"',
  ],
  [
    "with a negative id",
    changed((_, model) => (model.vocab as Json)["a"] = -1),
    "-1",
  ],
  [
    "with a fraction as id",
    changed((_, model) => (model.vocab as Json)["a"] = 1.5),
    "1.5",
  ],
  [
    "with an id beyond any vocabulary",
    changed((_, model) => (model.vocab as Json)["zzz"] = 4e9),
    "4000000000",
  ],
  [
    "with two tokens of one id",
    changed((_, model) => (model.vocab as Json)["zzz"] = 70),
    "70",
  ],
  [
    "without a byte",
    changed((_, model) => delete (model.vocab as Json)["!"]),
    "0x21",
  ],
  [
    "with merges that are a text",
    changed((_, model) => model.merges = "a b"),
    "model.merges",
  ],
  [
    "with a merge of three",
    changed((_, model) => (model.merges as unknown[])[3] = "a b c"),
    "model.merges[3]",
  ],
  [
    "with a merge that is a number",
    changed((_, model) => (model.merges as unknown[])[3] = 7),
    "model.merges[3]",
  ],
  [
    "with a merge of what is no token",
    changed((_, model) => (model.merges as unknown[])[3] = "a zzz"),
    "zzz",
  ],
  [
    "with an unknown token that is not there",
    changed((_, model) => model.unk_token = "<unk>"),
    "<unk>",
  ],
  [
    "with added tokens that are an object",
    changed((json) => json.added_tokens = { 0: "a" }),
    "added_tokens",
  ],
  [
    "with an added token that is null",
    changed((json) => json.added_tokens = [null]),
    "added_tokens[0]",
  ],
  ["with an added token without content", added({}), "content"],
  ["with an empty added token", added({ content: "" }), "content"],
  ["with an endless added token", added({ content: "x".repeat(1e5) }), "1024"],
  ["with an added token's id taken", added({ content: "x", id: 70 }), "70"],
  [
    "with an added token twice",
    added({ content: "<|endoftext|>" }),
    "<|endoftext|>",
  ],
  [
    "with a flag that is a number",
    added({ content: "<x>", special: 1 }),
    "special",
  ],
  [
    "with a decoder that is a text",
    changed((json) => json.decoder = "ByteLevel"),
    "decoder",
  ],
  [
    "with a normalizer without type",
    changed((json) => json.normalizer = {}),
    "normalizer.type",
  ],
  [
    "with a pattern that is not one",
    changed((json) => json.pre_tokenizer = splitBy({ Regex: "(" })),
    "Invalid",
  ],
  [
    "with an empty pattern",
    changed((json) => json.pre_tokenizer = splitBy({})),
    "pattern",
  ],
  [
    "with a template of tokens that are not there",
    changed((json) =>
      json.post_processor = {
        type: "TemplateProcessing",
        single: [
          { SpecialToken: { id: "<s>", type_id: 0 } },
          { Sequence: { id: "A", type_id: 0 } },
        ],
      }
    ),
    "<s>",
  ],
  [
    "with a template without the text",
    changed((json) =>
      json.post_processor = { type: "TemplateProcessing", single: [] }
    ),
    "0 times",
  ],
];

/** Valid files of kinds that are not implemented, and what must be named. */
export const UNSUPPORTED: [string, string, string][] = [
  [
    "a Unigram model",
    changed((_, model) => model.type = "Unigram"),
    '"Unigram"',
  ],
  [
    "a WordPiece model",
    changed((_, model) => model.type = "WordPiece"),
    '"WordPiece"',
  ],
  [
    "a Metaspace decoder",
    changed((json) => json.decoder = { type: "Metaspace" }),
    '"Metaspace"',
  ],
  [
    "a byte-fallback decoder",
    changed((json) =>
      json.decoder = { type: "Sequence", decoders: [{ type: "ByteFallback" }] }
    ),
    '"ByteFallback"',
  ],
  [
    "no decoder",
    changed((json) => json.decoder = null),
    "decoder",
  ],
  [
    "no pre-tokenizer",
    changed((json) => json.pre_tokenizer = null),
    "pre_tokenizer",
  ],
  [
    "an unknown normalizer",
    changed((json) => json.normalizer = { type: "constructor" }),
    '"constructor"',
  ],
  [
    "word endings",
    changed((_, model) => model.end_of_word_suffix = "</w>"),
    "end_of_word_suffix",
  ],
  ["dropout", changed((_, model) => model.dropout = 0.1), "dropout"],
  [
    "added tokens that are whole words",
    added({ content: "x", single_word: true }),
    "single_word",
  ],
];

function splitBy(pattern: Json): Json {
  return {
    type: "Sequence",
    pretokenizers: [
      { type: "Split", pattern, behavior: "Isolated", invert: false },
      { type: "ByteLevel", add_prefix_space: false, use_regex: false },
    ],
  };
}
