import { invalidArgument } from "../../api/invalid_argument.ts";
import { resolveTraining } from "../../api/resolve_training.ts";
import type { TrainingOptions } from "../../api/training_options.ts";
import { findPreset, FINE_TUNING } from "../../api/training_presets.ts";
import {
  MAIN_NUMBERS,
  MORE_NUMBERS,
  START_LABELS,
  type StartName,
} from "./start_fields.ts";

/** What stands in the form, as it was typed. */
export type StartValues = Record<StartName, string>;

const NUMBERS = [...MAIN_NUMBERS, ...MORE_NUMBERS].map(({ name }) => name);

/** Before the id of a preset, for a new model, or of a model, to fine-tune. */
const NEW = "new:";
const MODEL = "model:";

/** The choice of a new model in the form. */
export function newChoice(preset: string): string {
  return NEW + preset;
}

/** The choice of a model to fine-tune in the form. */
export function modelChoice(id: string): string {
  return MODEL + id;
}

/** The values of a form that nobody has touched. */
export function defaultStart(
  given: Partial<StartValues> = {},
): StartValues {
  const empty = [...START_LABELS.keys()].map((name) => [name, ""]);
  return {
    ...Object.fromEntries(empty),
    samplePrompts: "Once upon a time",
    ...given,
  };
}

/** A posted form over the defaults. */
export function startFromFields(
  fields: URLSearchParams,
  defaults: StartValues,
): StartValues {
  const names = Object.keys(defaults) as StartName[];
  const values = Object.fromEntries(
    names.map((name) => [name, fields.get(name) ?? defaults[name]]),
  ) as StartValues;
  // A checkbox that is not ticked sends nothing.
  return { ...values, continueOnSpike: fields.get("continueOnSpike") ?? "" };
}

/**
 * The options that a form stands for: what was left empty is what suits the
 * model that was chosen.
 *
 * @param tokenizer of new models where none was chosen
 * @throws {MambaError} `invalid_argument` with the control's name as `field`
 */
export function optionsFromStart(
  values: StartValues,
  tokenizer?: string,
): TrainingOptions {
  const options: Record<string, unknown> = sourceOf(values);
  if (options.config !== undefined && tokenizer !== undefined) {
    options.tokenizer = tokenizer;
  }
  for (const name of NUMBERS) {
    if (values[name].trim() !== "") options[name] = toNumber(name, values);
  }
  for (const name of ["tokenizer", "data", "validation"] as const) {
    if (values[name].trim() !== "") options[name] = values[name].trim();
  }
  if (values.schedule !== "") options.schedule = values.schedule;
  if (values.continueOnSpike !== "") options.continueOnSpike = true;
  const prompts = values.samplePrompts.split("\n")
    .filter((line) => line.trim() !== "");
  if (prompts.length > 0) options.samplePrompts = prompts;
  else options.sampleInterval = 0;
  if (options.data === undefined) {
    throw invalidArgument(
      "data",
      "it is empty",
      "Give the path of a text file or of a folder of them.",
    );
  }
  resolveTraining(options);
  return options;
}

function sourceOf({ from }: StartValues): Record<string, unknown> {
  if (from.startsWith(MODEL)) {
    return { ...FINE_TUNING, model: from.slice(MODEL.length) };
  }
  const preset = findPreset(from.slice(NEW.length));
  if (preset === undefined || !from.startsWith(NEW)) {
    throw invalidArgument("from", "there is no such model", "Choose another.");
  }
  return { ...preset.recommended, config: preset.config };
}

function toNumber(name: StartName, values: StartValues): number {
  const number = Number(values[name]);
  if (!Number.isNaN(number)) return number;
  throw invalidArgument(
    name,
    `"${values[name]}" is not a number`,
    "Type a number, or leave it empty.",
  );
}
