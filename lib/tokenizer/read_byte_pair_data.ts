import { BYTE_CHARACTERS, bytesOfToken, isUtf8Byte } from "./byte_alphabet.ts";
import { checkId } from "./check_id.ts";
import type { JsonFields } from "./json_fields.ts";
import { cannotLoad } from "../api/load_error.ts";
import { cannotSupport, show } from "./tokenizer_error.ts";

/** A byte-pair model's vocabulary. */
export interface BytePairData {
  /** Token in the byte alphabet → id; every id once. */
  vocab: ReadonlyMap<string, number>;
  /** First ones go first; both halves and the whole are in `vocab`. */
  merges: readonly (readonly [string, string])[];
  /** Stands for characters without a token; in `vocab`. */
  unkToken: string | undefined;
  /** Whether a piece that is a token stays whole, whatever the merges say. */
  ignoreMerges: boolean;
}

/** Reads the model of a tokenizer.json. */
export function readBytePairData(
  model: JsonFields,
  path: string,
): BytePairData {
  const type = model.string("type") ?? guessType(model);
  if (type !== "BPE") {
    throw cannotSupport(path, `a ${show(type)} model`);
  }
  for (
    const name of [
      "dropout",
      "continuing_subword_prefix",
      "end_of_word_suffix",
      "byte_fallback",
    ]
  ) model.refuse(name);
  const vocab = readVocab(model, path);
  const unkToken = model.string("unk_token");
  checkAlphabet(vocab, unkToken, path);
  return {
    vocab,
    merges: readMerges(model, vocab, path),
    unkToken,
    ignoreMerges: model.boolean("ignore_merges", false),
  };
}

/** Files of before 2021 do not say what model they have. */
function guessType(model: JsonFields): string {
  return model.get("merges") === undefined ? "nameless" : "BPE";
}

function readVocab(model: JsonFields, path: string): Map<string, number> {
  const entries = model.object("vocab")?.entries() ?? [];
  if (entries.length === 0) throw cannotLoad(path, "model.vocab is empty");
  const vocab = new Map<string, number>();
  const owners = new Map<number, string>();
  for (const [token, value] of entries) {
    const id = checkId(value, `the id of ${show(token)} in model.vocab`, path);
    const owner = owners.get(id);
    if (owner !== undefined) {
      throw cannotLoad(
        path,
        `${show(owner)} and ${show(token)} in model.vocab both have id ${id}`,
      );
    }
    vocab.set(token, id);
    owners.set(id, token);
  }
  return vocab;
}

/** Every text can be encoded only if every byte of UTF-8 has a token. */
function checkAlphabet(
  vocab: ReadonlyMap<string, number>,
  unkToken: string | undefined,
  path: string,
): void {
  if (unkToken !== undefined) {
    if (vocab.has(unkToken)) return;
    throw cannotLoad(
      path,
      `model.unk_token ${show(unkToken)} is not in model.vocab`,
    );
  }
  const missing = BYTE_CHARACTERS.findIndex((character, byte) =>
    isUtf8Byte(byte) && !vocab.has(character)
  );
  if (missing >= 0) {
    const byte = missing.toString(16).padStart(2, "0").toUpperCase();
    throw cannotLoad(path, `model.vocab has no token for byte 0x${byte}`);
  }
}

function readMerges(
  model: JsonFields,
  vocab: ReadonlyMap<string, number>,
  path: string,
): [string, string][] {
  return model.array("merges").map((value, i) => {
    const pair = typeof value === "string" ? value.split(" ") : value;
    if (!isPair(pair)) {
      throw cannotLoad(
        path,
        `model.merges[${i}] is not a pair of tokens: ${show(value)}`,
      );
    }
    for (const token of [...pair, pair.join("")]) {
      if (!vocab.has(token)) {
        throw cannotLoad(
          path,
          `${show(token)} of model.merges[${i}] is not in model.vocab`,
        );
      }
    }
    if (bytesOfToken(pair.join("")) === undefined) {
      throw cannotSupport(
        path,
        `model.merges[${i}] ${show(pair.join(" "))}, which is not in the byte` +
          " alphabet,",
      );
    }
    return pair;
  });
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 &&
    value.every((part) => typeof part === "string" && part !== "");
}
