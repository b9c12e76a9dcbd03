/** The tokenizers that the tests know ids of. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));
const NEOX = fileURLToPath(
  new URL("../../../shared/tokenizers/gpt-neox-20b", import.meta.url),
);

/** A tokenizer and what the original implementation makes of some texts. */
export interface KnownTokenizer {
  name: string;
  /** A directory or a tokenizer.json. */
  path: string;
  /** Why it is not there; undefined if it is. */
  missing: string | undefined;
  /** File of known ids. */
  known: string;
}

/** One text of `known_ids.*.json`. */
export interface KnownText {
  text: string;
  ids: number[];
  /** Without special tokens. */
  decoded: string;
  /** The ids with what the template adds, if that is anything. */
  around?: number[];
}

/** The small tokenizer of the small models. */
export const TINY = join(FIXTURES, "tiny-mamba1");

/** A small tokenizer with Llama 3's split, a template and odd added tokens. */
export const TEMPLATE = join(FIXTURES, "tokenizers", "template.json");

/** Every {@linkcode KnownTokenizer}. */
export const KNOWN: readonly KnownTokenizer[] = [
  known("tiny", TINY),
  known("template", TEMPLATE),
  known("gpt_neox", NEOX),
];

/** The texts of one. */
export function knownTexts({ known }: KnownTokenizer): KnownText[] {
  return JSON.parse(Deno.readTextFileSync(known));
}

function known(name: string, path: string): KnownTokenizer {
  let missing: string | undefined;
  try {
    Deno.statSync(path);
  } catch {
    missing = `${name} is not beside the checkout`;
  }
  const file = join(FIXTURES, "tokenizers", `known_ids.${name}.json`);
  return { name, path, missing, known: file };
}
