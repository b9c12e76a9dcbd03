import { checkBias, checkStop } from "./check_lists.ts";
import { invalidArgument, showValue } from "./invalid_argument.ts";

/** How tokens are drawn. The order of the steps is that of the fields. */
export interface SamplingOptions {
  /** Tokens to write at most; `Infinity` = until something else ends it. @default 128 */
  maxTokens?: number;
  /**
   * Added to the logits by id; -Infinity, null or false bans the id.
   * @default none
   */
  logitBias?:
    | Readonly<Record<string, number | null | false>>
    | ReadonlyMap<number, number>;
  /** Logits of recent ids are divided (or, below 0, multiplied) by this. @default 1 (off) */
  repetitionPenalty?: number;
  /** Subtracted once from the logits of recent ids. @default 0 */
  presencePenalty?: number;
  /** Subtracted from the logits of recent ids per occurrence. @default 0 */
  frequencyPenalty?: number;
  /** How many of the last ids, prompt included, are recent. @default 64 */
  repetitionWindow?: number;
  /** 0 takes the highest logit, the lowest id on ties. @default 0.8 */
  temperature?: number;
  /** Only the k highest logits stay; 0 = all. @default 0 */
  topK?: number;
  /** Only the most likely ids that together reach this stay. @default 0.95 */
  topP?: number;
  /** Ids less likely than this share of the likeliest go. @default 0 */
  minP?: number;
  /** The same seed draws the same text. @default a random one */
  seed?: number;
  /** Texts that end the continuation; they are not part of it. @default none */
  stop?: readonly string[];
  /** Goes on after the model's end-of-text token. @default false */
  ignoreEos?: boolean;
  /** How many of the likeliest tokens to tell of at each step. @default 0 */
  logprobs?: number;
}

/** {@linkcode SamplingOptions} checked and with every default filled in. */
export interface ResolvedSampling {
  maxTokens: number;
  logitBias: ReadonlyMap<number, number>;
  repetitionPenalty: number;
  presencePenalty: number;
  frequencyPenalty: number;
  repetitionWindow: number;
  temperature: number;
  topK: number;
  topP: number;
  minP: number;
  seed: number;
  stop: readonly string[];
  ignoreEos: boolean;
  logprobs: number;
}

/** The names of the options that are a number within a range. */
export type NumericOption =
  | "maxTokens"
  | "repetitionPenalty"
  | "presencePenalty"
  | "frequencyPenalty"
  | "repetitionWindow"
  | "temperature"
  | "topK"
  | "topP"
  | "minP"
  | "seed"
  | "logprobs";

/** What values of an option are possible. */
export interface OptionRange {
  min: number;
  max: number;
  /** A sensible step of a slider or a number field. */
  step: number;
  integer: boolean;
  /** One sentence for people. */
  description: string;
}

/** The range of every numeric option: for checks, controls and help texts. */
export const SAMPLING_RANGES: Readonly<Record<NumericOption, OptionRange>> = {
  maxTokens: {
    min: 0,
    max: 1_000_000,
    step: 1,
    integer: true,
    description: "tokens to write at most",
  },
  temperature: {
    min: 0,
    max: 10,
    step: 0.05,
    integer: false,
    description: "0 always takes the likeliest token, higher is more varied",
  },
  topK: {
    min: 0,
    max: 1_000_000,
    step: 1,
    integer: true,
    description: "draw from the k likeliest tokens, 0 = all",
  },
  topP: {
    min: 1e-6,
    max: 1,
    step: 0.01,
    integer: false,
    description: "draw from the likeliest tokens that together reach this",
  },
  minP: {
    min: 0,
    max: 1,
    step: 0.01,
    integer: false,
    description: "leave out tokens below this share of the likeliest",
  },
  repetitionPenalty: {
    min: 0.01,
    max: 10,
    step: 0.01,
    integer: false,
    description: "above 1, recent tokens become less likely",
  },
  presencePenalty: {
    min: -10,
    max: 10,
    step: 0.05,
    integer: false,
    description: "taken once from the logits of recent tokens",
  },
  frequencyPenalty: {
    min: -10,
    max: 10,
    step: 0.05,
    integer: false,
    description: "taken from the logits of recent tokens per occurrence",
  },
  repetitionWindow: {
    min: 0,
    max: 4096,
    step: 1,
    integer: true,
    description: "how many of the last tokens are recent",
  },
  seed: {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    step: 1,
    integer: true,
    description: "the same seed draws the same text",
  },
  logprobs: {
    min: 0,
    max: 20,
    step: 1,
    integer: true,
    description: "how many of the likeliest tokens to list at each step",
  },
};

/** What absent options mean, everywhere; an absent seed is drawn. */
export const DEFAULT_SAMPLING: Readonly<Omit<ResolvedSampling, "seed">> = {
  maxTokens: 128,
  logitBias: new Map(),
  repetitionPenalty: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  repetitionWindow: 64,
  temperature: 0.8,
  topK: 0,
  topP: 0.95,
  minP: 0,
  stop: [],
  ignoreEos: false,
  logprobs: 0,
};

const NAMES: readonly string[] = [...Object.keys(DEFAULT_SAMPLING), "seed"];

/**
 * Checks options and fills in the defaults.
 *
 * @throws {MambaError} `invalid_argument` naming the option that is wrong
 */
export function resolveSampling(options: SamplingOptions): ResolvedSampling {
  for (const name of Object.keys(options)) {
    if (!NAMES.includes(name)) throw unknownOption(name);
  }
  const number = (name: NumericOption) => checkNumber(name, options[name]);
  return {
    maxTokens: number("maxTokens"),
    logitBias: options.logitBias === undefined
      ? DEFAULT_SAMPLING.logitBias
      : checkBias(options.logitBias),
    repetitionPenalty: number("repetitionPenalty"),
    presencePenalty: number("presencePenalty"),
    frequencyPenalty: number("frequencyPenalty"),
    repetitionWindow: number("repetitionWindow"),
    temperature: number("temperature"),
    topK: number("topK"),
    topP: number("topP"),
    minP: number("minP"),
    seed: number("seed"),
    stop: options.stop === undefined
      ? DEFAULT_SAMPLING.stop
      : checkStop(options.stop),
    ignoreEos: checkBoolean("ignoreEos", options.ignoreEos),
    logprobs: number("logprobs"),
  };
}

function unknownOption(name: string): Error {
  // Other programs write max_tokens.
  const plain = name.replaceAll("_", "").toLowerCase();
  const near = NAMES.find((known) => known.toLowerCase() === plain);
  return invalidArgument(
    name,
    "there is no such option",
    near === undefined
      ? `The options are ${NAMES.join(", ")}.`
      : `Did you mean ${near}?`,
  );
}

function checkNumber(name: NumericOption, value: unknown): number {
  if (value === undefined) {
    return name === "seed" ? randomSeed() : DEFAULT_SAMPLING[name];
  }
  const { min, max, integer } = SAMPLING_RANGES[name];
  const kind = integer ? "an integer" : "a number";
  const hint = `Give ${kind} from ${min} to ${max}.`;
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw invalidArgument(name, `${showValue(value)} is not a number`, hint);
  }
  if (name === "maxTokens" && value === Infinity) return value;
  if (integer && !Number.isInteger(value)) {
    throw invalidArgument(name, `${value} is not an integer`, hint);
  }
  if (value < min || value > max) {
    throw invalidArgument(name, `${value} is out of range`, hint);
  }
  return value;
}

/** 53 bits, so that it survives JSON. */
function randomSeed(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high! >>> 11) * 2 ** 32 + low!;
}

function checkBoolean(name: "ignoreEos", value: unknown): boolean {
  if (value === undefined) return DEFAULT_SAMPLING[name];
  if (typeof value === "boolean") return value;
  throw invalidArgument(name, `${showValue(value)} is not true or false`);
}
