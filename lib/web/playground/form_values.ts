import {
  type GenerateRequest,
  parseGenerateRequest,
} from "../../api/generate_request.ts";
import { MambaError } from "../../api/mamba_error.ts";
import { DEFAULT_SAMPLING } from "../../api/sampling_options.ts";
import { NUMBER_FIELDS, type NumberName } from "./fields.ts";
import { parseStopStrings } from "./stop_strings.ts";

/** What stands in the form, as the reader typed it. */
export interface FormValues extends Record<NumberName, string> {
  model: string;
  prompt: string;
  seed: string;
  /** One stop string per line, see {@linkcode parseStopStrings}. */
  stop: string;
  ignoreEos: boolean;
}

const TEXT_NAMES = ["model", "prompt", "seed", "stop"] as const;

/** The values of a form that nobody has touched. */
export function defaultValues(model = ""): FormValues {
  const values: Record<string, string | boolean> = {
    model,
    prompt: "",
    seed: "",
    stop: "",
    ignoreEos: false,
  };
  for (const { name } of NUMBER_FIELDS) {
    values[name] = String(DEFAULT_SAMPLING[name]);
  }
  return values as unknown as FormValues;
}

/** The same model and prompt with every control at its default. */
export function resetValues(values: FormValues): FormValues {
  return { ...defaultValues(values.model), prompt: values.prompt };
}

/** The names of the controls that are not at their defaults. */
export function changedNames(values: FormValues): (keyof FormValues)[] {
  const reset = resetValues(values);
  const names = Object.keys(values) as (keyof FormValues)[];
  return names.filter((name) => values[name] !== reset[name]);
}

/** A posted form or an address's query, over the defaults. */
export function valuesFromFields(
  fields: URLSearchParams,
  defaults: FormValues,
): FormValues {
  const values = { ...defaults };
  for (const name of [...TEXT_NAMES, ...NUMBER_FIELDS.map((f) => f.name)]) {
    values[name] = fields.get(name) ?? values[name];
  }
  // A checkbox that is not ticked sends nothing.
  values.ignoreEos = fields.has("ignoreEos");
  return values;
}

/** Stored values as far as they fit, over the defaults. */
export function valuesFromStored(
  stored: unknown,
  defaults: FormValues,
): FormValues {
  if (typeof stored !== "object" || stored === null) return defaults;
  const fitting = Object.entries(stored).filter(([name, value]) =>
    Object.hasOwn(defaults, name) &&
    typeof value === typeof defaults[name as keyof FormValues]
  );
  return { ...defaults, ...Object.fromEntries(fitting) };
}

/**
 * The request that a form stands for.
 *
 * @throws {MambaError} `invalid_argument` with the control's name as `field`
 */
export function requestFromValues(values: FormValues): GenerateRequest {
  const request: Record<string, unknown> = { prompt: values.prompt };
  if (values.model !== "") request.model = values.model;
  for (const { name } of NUMBER_FIELDS) {
    request[name] = toNumber(values[name], name);
  }
  if (values.seed.trim() !== "") {
    request.seed = toNumber(values.seed, "seed");
  }
  const stop = parseStopStrings(values.stop);
  if (stop.length > 0) request.stop = stop;
  if (values.ignoreEos) request.ignoreEos = true;
  return parseGenerateRequest(request);
}

function toNumber(text: string, field: string): number {
  const number = Number(text);
  if (text.trim() !== "" && !Number.isNaN(number)) return number;
  throw new MambaError(
    "invalid_argument",
    `Cannot use ${field}: ${
      text.trim() === "" ? "it is empty" : `"${text}" is not a number`
    }`,
    { field, hint: "Type a number, or reset the settings." },
  );
}
