import {
  type GenerateRequest,
  parseGenerateRequest,
} from "../../api/generate_request.ts";
import { MambaError } from "../../api/mamba_error.ts";
import { DEFAULT_SAMPLING } from "../../api/sampling_options.ts";
import { NUMBER_FIELDS, type NumberName } from "./fields.ts";
import { formatStopString, parseStopStrings } from "./stop_strings.ts";

/** What stands in the form, as the reader typed it. */
export interface FormValues extends Record<NumberName, string> {
  model: string;
  prompt: string;
  seed: string;
  /** One stop string per line, see {@linkcode parseStopStrings}. */
  stop: string;
  ignoreEos: boolean;
  /** Whether the run is kept in the history. */
  keep: boolean;
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
    keep: true,
  };
  for (const { name } of NUMBER_FIELDS) {
    values[name] = String(DEFAULT_SAMPLING[name]);
  }
  return values as unknown as FormValues;
}

/** The same model and prompt with every control of the text at its default. */
export function resetValues(values: FormValues): FormValues {
  const { model, prompt, keep } = values;
  return { ...defaultValues(model), prompt, keep };
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
  // A hidden field beside this one always does.
  const keep = fields.getAll("keep");
  if (keep.length > 0) values.keep = keep.includes("on");
  return values;
}

/** What stood in the form that a request came from. */
export function valuesFromRequest(
  request: GenerateRequest,
  defaults: FormValues,
): FormValues {
  const { model, prompt, seed, stop, ignoreEos } = request;
  const values = { ...resetValues(defaults), prompt };
  for (const { name } of NUMBER_FIELDS) {
    values[name] = String(request[name] ?? values[name]);
  }
  values.model = model ?? values.model;
  values.seed = seed === undefined ? "" : String(seed);
  values.stop = (stop ?? []).map(formatStopString).join("\n");
  values.ignoreEos = ignoreEos === true;
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

/**
 * The number that stands in a control.
 *
 * @param name what the message calls it
 * @throws {MambaError} `invalid_argument` with the field
 */
export function toNumber(text: string, name: string, field = name): number {
  const number = Number(text);
  if (text.trim() !== "" && !Number.isNaN(number)) return number;
  throw new MambaError(
    "invalid_argument",
    `Cannot use ${name}: ${
      text.trim() === "" ? "it is empty" : `"${text}" is not a number`
    }`,
    { field, hint: "Type a number, or reset the settings." },
  );
}
