/** The sampling controls that are one number each. */
export type NumberName =
  | "maxTokens"
  | "temperature"
  | "topK"
  | "topP"
  | "minP"
  | "repetitionPenalty"
  | "presencePenalty"
  | "frequencyPenalty"
  | "repetitionWindow";

/** A control of one number, with the words around it. */
export interface NumberFieldText {
  name: NumberName;
  label: string;
  /** What it does, one line. */
  help: string;
  /** What the slider reaches; the input takes the whole allowed range. */
  slider: { min: number; max: number; step: number };
}

/** The control for the length. */
export const LENGTH_FIELD: NumberFieldText = {
  name: "maxTokens",
  label: "Max tokens",
  help: "The text ends after so many tokens at the latest.",
  slider: { min: 16, max: 1024, step: 16 },
};

/** The controls of which tokens may be drawn. */
export const CHOICE_FIELDS: readonly NumberFieldText[] = [
  {
    name: "temperature",
    label: "Temperature",
    help: "0 always takes the likeliest token; more is bolder.",
    slider: { min: 0, max: 2, step: 0.05 },
  },
  {
    name: "topK",
    label: "Top-k",
    help: "Choose among the k likeliest tokens. 0 is off.",
    slider: { min: 0, max: 200, step: 1 },
  },
  {
    name: "topP",
    label: "Top-p",
    help: "Keep the likeliest tokens up to this total probability. 1 is off.",
    slider: { min: 0.05, max: 1, step: 0.05 },
  },
  {
    name: "minP",
    label: "Min-p",
    help: "Drop tokens below this share of the likeliest one. 0 is off.",
    slider: { min: 0, max: 0.5, step: 0.01 },
  },
];

/** The controls against repetition. */
export const REPETITION_FIELDS: readonly NumberFieldText[] = [
  {
    name: "repetitionPenalty",
    label: "Repetition penalty",
    help: "Above 1, recent tokens become less likely. 1 is off.",
    slider: { min: 1, max: 2, step: 0.05 },
  },
  {
    name: "presencePenalty",
    label: "Presence penalty",
    help: "Taken once from every recent token.",
    slider: { min: 0, max: 2, step: 0.1 },
  },
  {
    name: "frequencyPenalty",
    label: "Frequency penalty",
    help: "Taken from a recent token for each time it stands there.",
    slider: { min: 0, max: 2, step: 0.1 },
  },
  {
    name: "repetitionWindow",
    label: "Window",
    help: "How many of the last tokens are recent.",
    slider: { min: 0, max: 512, step: 16 },
  },
];

/** Every control of one number. */
export const NUMBER_FIELDS: readonly NumberFieldText[] = [
  LENGTH_FIELD,
  ...CHOICE_FIELDS,
  ...REPETITION_FIELDS,
];

/** Prompts for a reader who has none. */
export const EXAMPLE_PROMPTS: readonly string[] = [
  "Once upon a time there was a",
  "The old king had three sons, and the youngest",
  "In the middle of the forest stood a small house",
];
