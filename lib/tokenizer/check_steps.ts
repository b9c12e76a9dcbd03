import { isJsonObject, JsonFields, type JsonObject } from "./json_fields.ts";
import { cannotLoad } from "../api/load_error.ts";
import { cannotSupport, show } from "./tokenizer_error.ts";

/** The steps before and after the model, as the package takes them. */
export interface TokenizerSteps {
  normalizer: JsonObject | null;
  pre_tokenizer: JsonObject | null;
  post_processor: JsonObject | null;
  decoder: JsonObject | null;
}

const MAX_DEPTH = 8;
const MAX_PATTERN_LENGTH = 4096;

/** What a kind of step checks of its own fields. */
type StepCheck = (step: JsonFields, path: string) => void;

const nothingMore: StepCheck = () => {};

/** Unicode's forms; what else changes the text cannot be undone in decoding. */
const NORMALIZERS = new Map<string, StepCheck>(
  ["NFC", "NFD", "NFKC", "NFKD"].map((form) => [form, nothingMore]),
);

const PRE_TOKENIZERS = new Map<string, StepCheck>([
  ["ByteLevel", (step) => {
    step.boolean("add_prefix_space", false);
    step.boolean("use_regex", true);
  }],
  ["Split", checkSplit],
]);

const POST_PROCESSORS = new Map<string, StepCheck>([
  ["ByteLevel", nothingMore],
  ["TemplateProcessing", checkTemplate],
]);

const DECODERS = new Map<string, StepCheck>([["ByteLevel", nothingMore]]);

/** Checks that each step is one that is done here as its author meant it. */
export function checkSteps(
  root: JsonFields,
  path: string,
): TokenizerSteps {
  const take = (
    field: string,
    sequence: string,
    known: ReadonlyMap<string, StepCheck>,
  ) => {
    const value = root.get(field);
    if (value === undefined) return { value: null, types: [] };
    const types: string[] = [];
    checkStep(new JsonFields(value, path, field), path, {
      sequence,
      known,
      types,
      depth: 0,
    });
    return { value: value as JsonObject, types };
  };
  const decoder = take("decoder", "decoders", DECODERS);
  const preTokenizer = take("pre_tokenizer", "pretokenizers", PRE_TOKENIZERS);
  for (
    const [field, { types }] of [
      ["decoder", decoder],
      ["pre_tokenizer", preTokenizer],
    ] as const
  ) {
    const count = types.filter((type) => type === "ByteLevel").length;
    if (count !== 1) {
      throw cannotSupport(
        path,
        `a ${field} with ${count === 0 ? "no" : "more than one"} ByteLevel`,
      );
    }
  }
  return {
    normalizer: take("normalizer", "normalizers", NORMALIZERS).value,
    pre_tokenizer: preTokenizer.value,
    post_processor: take("post_processor", "processors", POST_PROCESSORS).value,
    decoder: decoder.value,
  };
}

interface StepContext {
  /** The field of a Sequence that has its steps. */
  sequence: string;
  known: ReadonlyMap<string, StepCheck>;
  /** The types found so far. */
  types: string[];
  depth: number;
}

function checkStep(step: JsonFields, path: string, context: StepContext): void {
  const type = step.string("type");
  if (type === undefined) {
    throw cannotLoad(path, `${step.name("type")} is missing`);
  }
  const { sequence, known, types, depth } = context;
  if (type === "Sequence") {
    const name = step.name(sequence);
    if (depth >= MAX_DEPTH) throw cannotLoad(path, `${name} nests too deeply`);
    for (const [i, value] of step.array(sequence).entries()) {
      const inner = new JsonFields(value, path, `${name}[${i}]`);
      checkStep(inner, path, { ...context, depth: depth + 1 });
    }
    return;
  }
  const check = known.get(type);
  if (check === undefined) {
    throw cannotSupport(path, `${step.name("type")} ${show(type)}`);
  }
  check(step, path);
  types.push(type);
}

function checkSplit(step: JsonFields, path: string): void {
  const behavior = step.string("behavior");
  const invert = step.boolean("invert", false);
  const fine = invert ? behavior === "Removed" : behavior === "Isolated";
  if (!fine) {
    throw cannotSupport(
      path,
      `${step.name("behavior")} ${show(behavior)} with invert ${invert}`,
    );
  }
  const pattern = step.object("pattern");
  const text = pattern?.string("Regex") ?? pattern?.string("String");
  if (text === undefined || text === "" || text.length > MAX_PATTERN_LENGTH) {
    throw cannotLoad(
      path,
      `${step.name("pattern")} is missing, empty or longer than ` +
        `${MAX_PATTERN_LENGTH} characters`,
    );
  }
}

function checkTemplate(step: JsonFields, path: string): void {
  let texts = 0;
  for (const [i, value] of step.array("single").entries()) {
    const where = `${step.name("single")}[${i}]`;
    const item = new JsonFields(value, path, where);
    const sequence = item.object("Sequence")?.string("id");
    if (sequence === "A") texts++;
    else if (item.object("SpecialToken")?.string("id") === undefined) {
      throw cannotLoad(path, `${where} is neither the text nor a token`);
    }
  }
  if (texts !== 1) {
    throw cannotLoad(
      path,
      `${step.name("single")} has the text ${texts} times, not once`,
    );
  }
}

/**
 * Checks that what templates put around a text are tokens.
 *
 * @param tokens every one that there is
 */
export function checkTemplateTokens(
  step: unknown,
  path: string,
  tokens: { has(token: string): boolean },
): void {
  if (!isJsonObject(step)) return;
  const fields = new JsonFields(step, path, "post_processor");
  for (const inner of fields.array("processors")) {
    checkTemplateTokens(inner, path, tokens);
  }
  for (const value of fields.array("single")) {
    const token = new JsonFields(value, path, fields.name("single"))
      .object("SpecialToken")?.string("id");
    if (token === undefined || tokens.has(token)) continue;
    throw cannotLoad(
      path,
      `${fields.name("single")} has ${show(token)}, which is no token`,
    );
  }
}
