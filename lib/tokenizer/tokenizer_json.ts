import { checkId } from "./check_id.ts";
import { JsonFields } from "./json_fields.ts";
import { type BytePairData, readBytePairData } from "./read_byte_pair_data.ts";
import {
  checkSteps,
  checkTemplateTokens,
  type TokenizerSteps,
} from "./check_steps.ts";
import { cannotLoad } from "../api/load_error.ts";
import { cannotSupport, show } from "./tokenizer_error.ts";

/** A token beside the model's own. */
export interface AddedTokenData {
  id: number;
  /** The text itself, not in the byte alphabet. */
  content: string;
  special: boolean;
  lstrip: boolean;
  rstrip: boolean;
  /** Whether it is looked for in the normalized text; default: if not special. */
  normalized: boolean;
}

/** What a tokenizer.json says, checked. */
export interface TokenizerJson {
  model: BytePairData;
  addedTokens: readonly AddedTokenData[];
  steps: TokenizerSteps;
}

/** Longer contents would make the search for added tokens slow. */
const MAX_CONTENT_LENGTH = 1024;

/**
 * Checks the contents of a tokenizer.json.
 *
 * @param path the file's path, for messages
 * @throws {MambaError} `invalid_checkpoint` or `unsupported`, naming the field
 */
export function readTokenizerJson(json: unknown, path: string): TokenizerJson {
  const root = new JsonFields(json, path, "");
  const model = root.object("model");
  if (model === undefined) throw cannotLoad(path, "it has no model");
  const steps = checkSteps(root, path);
  const data = readBytePairData(model, path);
  const addedTokens = readAdded(root, data, path);
  checkTemplateTokens(
    steps.post_processor,
    path,
    new Set([
      ...data.vocab.keys(),
      ...addedTokens.map(({ content }) => content),
    ]),
  );
  return { model: data, addedTokens, steps };
}

function readAdded(
  root: JsonFields,
  { vocab }: BytePairData,
  path: string,
): AddedTokenData[] {
  const owners = new Map(Array.from(vocab, ([token, id]) => [id, token]));
  const ids = new Map(vocab);
  return root.array("added_tokens").map((value, i) => {
    const where = `added_tokens[${i}]`;
    const added = readAddedToken(new JsonFields(value, path, where), path);
    const { id, content } = added;
    if ((ids.get(content) ?? id) !== id) {
      throw cannotLoad(
        path,
        `${where} ${show(content)} has two ids, ${id} and ${ids.get(content)}`,
      );
    }
    if ((owners.get(id) ?? content) !== content) {
      throw cannotLoad(
        path,
        `${where}.id ${id} is also that of ${show(owners.get(id))}`,
      );
    }
    ids.set(content, id);
    owners.set(id, content);
    return added;
  });
}

function readAddedToken(fields: JsonFields, path: string): AddedTokenData {
  const content = fields.string("content");
  if (content === undefined || content === "") {
    throw cannotLoad(path, `${fields.name("content")} is empty or missing`);
  }
  if (content.length > MAX_CONTENT_LENGTH) {
    throw cannotLoad(
      path,
      `${
        fields.name("content")
      } has more than ${MAX_CONTENT_LENGTH} characters`,
    );
  }
  if (fields.boolean("single_word", false)) {
    throw cannotSupport(path, `${fields.name("single_word")} true`);
  }
  const special = fields.boolean("special", false);
  return {
    id: checkId(fields.get("id"), fields.name("id"), path),
    content,
    special,
    lstrip: fields.boolean("lstrip", false),
    rstrip: fields.boolean("rstrip", false),
    normalized: fields.boolean("normalized", !special),
  };
}
