import {
  DEFAULT_SAMPLING,
  type NumericOption,
  SAMPLING_RANGES,
  type SamplingOptions,
} from "../api/sampling_options.ts";
import type { Flag, Flags, FlagValues } from "./flags.ts";
import { UsageError } from "./usage_error.ts";

/** Flags of every verb that draws tokens. */
export const SAMPLING_FLAGS = {
  "max-tokens": numeric("maxTokens"),
  "temperature": numeric("temperature"),
  "top-k": numeric("topK"),
  "top-p": numeric("topP"),
  "min-p": numeric("minP"),
  "repetition-penalty": numeric("repetitionPenalty"),
  "repetition-window": numeric("repetitionWindow"),
  "presence-penalty": numeric("presencePenalty"),
  "frequency-penalty": numeric("frequencyPenalty"),
  "logit-bias": {
    type: "string",
    multiple: true,
    placeholder: "id=bias",
    description: "added to a token's logit; -inf bans the token",
  },
  "seed": numeric("seed"),
  "stop": {
    type: "string",
    multiple: true,
    description: "end before this text",
  },
  "ignore-eos": {
    type: "boolean",
    description: "go on after the model's end-of-text token",
  },
  "logprobs": numeric("logprobs"),
} as const satisfies Flags;

/** Name of a numeric flag → field. */
const NUMERIC = {
  "max-tokens": "maxTokens",
  "temperature": "temperature",
  "top-k": "topK",
  "top-p": "topP",
  "min-p": "minP",
  "repetition-penalty": "repetitionPenalty",
  "repetition-window": "repetitionWindow",
  "presence-penalty": "presencePenalty",
  "frequency-penalty": "frequencyPenalty",
  "seed": "seed",
  "logprobs": "logprobs",
} as const satisfies Partial<
  Record<keyof typeof SAMPLING_FLAGS, NumericOption>
>;

/**
 * The flags as sampling options; only what was given.
 *
 * @throws {UsageError} for a bias that is not `id=number`
 */
export function samplingOptions(
  flags: FlagValues<typeof SAMPLING_FLAGS>,
): SamplingOptions {
  const options: SamplingOptions = {};
  for (const [name, field] of Object.entries(NUMERIC)) {
    const value = flags[name as keyof typeof NUMERIC];
    if (value !== undefined) options[field] = value;
  }
  const { stop, "ignore-eos": ignoreEos, "logit-bias": biases } = flags;
  if (stop !== undefined) options.stop = stop;
  if (ignoreEos !== undefined) options.ignoreEos = ignoreEos;
  if (biases !== undefined) options.logitBias = new Map(biases.map(readBias));
  return options;
}

function numeric(field: NumericOption) {
  const { integer, min, max, description } = SAMPLING_RANGES[field];
  return {
    type: integer ? "integer" : "number",
    min,
    max,
    description,
    default: field === "seed" ? "random" : String(DEFAULT_SAMPLING[field]),
  } as const satisfies Flag;
}

function readBias(text: string): [number, number] {
  const [, id, bias = ""] = /^(\d+)=(.+)$/.exec(text) ?? [];
  const value = /^-inf(inity)?$/i.test(bias) ? -Infinity : Number(bias);
  if (id === undefined || Number.isNaN(value) || value === Infinity) {
    throw new UsageError(
      `Cannot read --logit-bias ${text}: it takes a token's id, = and a number`,
      "For example --logit-bias 198=-inf bans the token 198.",
    );
  }
  return [Number(id), value];
}
