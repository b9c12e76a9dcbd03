import type { NumericTrainingOption } from "../../api/training_ranges.ts";

/** A control of the form that starts a run, with the words around it. */
export interface StartField {
  name: StartName;
  label: string;
  help: string;
}

/** The options that the form has a number for. */
export type StartNumber = Extract<
  NumericTrainingOption,
  | "steps"
  | "rowLength"
  | "batchSize"
  | "microBatchSize"
  | "learningRate"
  | "warmupSteps"
  | "weightDecay"
  | "validationInterval"
  | "sampleInterval"
  | "sampleTokens"
  | "checkpointInterval"
  | "seed"
>;

/** Everything that the form has. */
export type StartName =
  | StartNumber
  | "from"
  | "tokenizer"
  | "data"
  | "validation"
  | "schedule"
  | "samplePrompts"
  | "continueOnSpike";

/** The numbers that are seen at once. */
export const MAIN_NUMBERS: readonly (StartField & { name: StartNumber })[] = [
  {
    name: "steps",
    label: "Steps",
    help: "How often the weights are changed.",
  },
  {
    name: "learningRate",
    label: "Learning rate",
    help: "The highest one. Fine-tuning wants a tenth of it.",
  },
  {
    name: "rowLength",
    label: "Row length",
    help: "Tokens that are read at a stretch.",
  },
  {
    name: "batchSize",
    label: "Batch size",
    help: "Rows that make one step.",
  },
];

/** The numbers that are folded away. */
export const MORE_NUMBERS: readonly (StartField & { name: StartNumber })[] = [
  {
    name: "warmupSteps",
    label: "Warm-up",
    help: "Steps up to the highest learning rate.",
  },
  {
    name: "weightDecay",
    label: "Weight decay",
    help: "Of matrices and convolutions.",
  },
  {
    name: "microBatchSize",
    label: "Rows at once",
    help: "Fewer take less memory; the result is the same.",
  },
  {
    name: "seed",
    label: "Seed",
    help: "The same seed and settings give the same weights.",
  },
  {
    name: "validationInterval",
    label: "Validate every … steps",
    help: "0: only at the end.",
  },
  {
    name: "checkpointInterval",
    label: "Checkpoint every … steps",
    help: "A run that is killed goes on from the last one.",
  },
  {
    name: "sampleInterval",
    label: "Sample every … steps",
    help: "0: no samples.",
  },
  {
    name: "sampleTokens",
    label: "Tokens of a sample",
    help: "How much is written for each prompt.",
  },
];

/** The names of the controls that are folded away. */
export const FOLDED: readonly StartName[] = [
  ...MORE_NUMBERS.map(({ name }) => name),
  "schedule",
  "samplePrompts",
  "continueOnSpike",
];

/** What the page calls each option; also those that have no control. */
export const START_LABELS: ReadonlyMap<string, string> = new Map([
  ...[...MAIN_NUMBERS, ...MORE_NUMBERS]
    .map(({ name, label }) => [name, label] as const),
  ["from", "Model"],
  ["model", "Model"],
  ["config", "Model"],
  ["tokenizer", "Tokenizer"],
  ["data", "Text to learn from"],
  ["validation", "Text to measure on"],
  ["schedule", "Schedule"],
  ["samplePrompts", "Prompts of samples"],
  ["continueOnSpike", "Go on after a spike"],
]);
