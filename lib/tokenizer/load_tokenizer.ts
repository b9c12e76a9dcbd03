import { dirname, join } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import { JsonFields } from "./json_fields.ts";
import { Tokenizer } from "./tokenizer.ts";
import { cannotLoad } from "../api/load_error.ts";
import { show } from "./tokenizer_error.ts";
import {
  CONFIG_NAME,
  parseJson,
  readTokenizerFiles,
  TOKENIZER_NAME,
  type TokenizerFiles,
} from "./tokenizer_files.ts";
import { readTokenizerJson, type TokenizerJson } from "./tokenizer_json.ts";

/** What tokens that end a text are called where nothing says it. */
const USUAL_EOS = ["<|endoftext|>", "</s>"];

/**
 * Loads a byte-level BPE tokenizer, such as GPT-NeoX's, from its
 * `tokenizer.json`. The end-of-text token is the one that
 * `tokenizer_config.json` beside it names, else `<|endoftext|>` or `</s>`.
 *
 * @param path of the file or of its directory
 * @throws {MambaError} `not_found` if there is no such file,
 * `invalid_checkpoint` if it is damaged, `unsupported` if it is of another kind
 */
export async function loadTokenizer(path: string): Promise<Tokenizer> {
  const files = await readTokenizerFiles(path);
  const bytes = files.contents.get(TOKENIZER_NAME)!;
  const json = readTokenizerJson(parseJson(bytes, files.path), files.path);
  const eosToken = findEos(files, json);
  try {
    return new Tokenizer(json, { files, eosToken });
  } catch (cause) {
    if (cause instanceof MambaError) throw cause;
    const reason = cause instanceof Error ? cause.message : `${cause}`;
    throw cannotLoad(files.path, reason, { cause });
  }
}

function findEos(
  { path, contents }: TokenizerFiles,
  { model, addedTokens }: TokenizerJson,
): string | undefined {
  const added = new Set(addedTokens.map(({ content }) => content));
  const bytes = contents.get(CONFIG_NAME);
  if (bytes !== undefined) {
    const configPath = join(dirname(path), CONFIG_NAME);
    const config = new JsonFields(
      parseJson(bytes, configPath),
      configPath,
      "",
    );
    const named = typeof config.get("eos_token") === "string"
      ? config.string("eos_token")
      : config.object("eos_token")?.string("content");
    if (named !== undefined) {
      if (added.has(named) || model.vocab.has(named)) return named;
      throw cannotLoad(
        configPath,
        `eos_token ${show(named)} is not in the vocabulary`,
      );
    }
  }
  return USUAL_EOS.find((token) => added.has(token));
}
