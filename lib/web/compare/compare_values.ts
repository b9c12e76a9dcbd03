import {
  type CompareColumn,
  type CompareMode,
  type CompareRequest,
  MAX_COLUMNS,
  OWN_SAMPLING,
} from "../../api/compare.ts";
import { parseCompareRequest } from "../../api/compare_request.ts";
import type { ModelInfo } from "../../api/model_info.ts";
import {
  defaultValues,
  type FormValues,
  requestFromValues,
  toNumber,
  valuesFromFields,
  valuesFromRequest,
} from "../playground/form_values.ts";

/** The names of a column's controls, without its number. */
export const COLUMN_NAMES = [
  "model",
  "dtype",
  "device",
  ...OWN_SAMPLING,
] as const;

/** What stands in the controls of a column; empty is as all, or as stored. */
export type ColumnValues = Record<typeof COLUMN_NAMES[number], string>;

/** What stands in the form, as the reader typed it. */
export interface CompareValues {
  mode: CompareMode;
  /** What is the same for all columns; its model counts for nothing. */
  shared: FormValues;
  /** {@linkcode MAX_COLUMNS} of them; one without a model is no column. */
  columns: ColumnValues[];
}

/** The name and id of a column's control: `model1`. */
export function controlName(name: string, column: number): string {
  return `${name}${column + 1}`;
}

/** The id of the control that a problem's field stands for. */
export function controlOf(field: string, values: CompareValues): string {
  const used = [...values.columns.keys()]
    .filter((index) => values.columns[index]!.model !== "");
  const [, column, name] = /^columns\[(\d)\]\.(\w+)$/.exec(field) ?? [];
  // Too few columns: the second is missing, or the first.
  if (field === "columns") return controlName("model", used[0] === 0 ? 1 : 0);
  if (name === undefined) return field;
  return controlName(name, used[Number(column)] ?? 0);
}

/** The form that nobody has touched: the first two models that can write. */
export function defaultCompare(models: readonly ModelInfo[]): CompareValues {
  const usable = models.filter(({ error, hasTokenizer }) =>
    error === undefined && hasTokenizer
  );
  const [one, other = one] = usable;
  const column = (model = ""): ColumnValues => ({ ...NO_COLUMN, model });
  return {
    mode: "write",
    shared: defaultValues(),
    columns: [column(one?.id), column(other?.id), column(), column()],
  };
}

const NO_COLUMN = Object.fromEntries(
  COLUMN_NAMES.map((name) => [name, ""]),
) as ColumnValues;

/** A posted form, an address's query or what a tab kept, over the defaults. */
export function compareFromFields(
  fields: URLSearchParams,
  defaults: CompareValues,
): CompareValues {
  const mode = fields.get("mode");
  return {
    mode: mode === "read" || mode === "write" ? mode : defaults.mode,
    shared: valuesFromFields(fields, defaults.shared),
    columns: defaults.columns.map((column, index) => {
      const values = { ...column };
      for (const name of COLUMN_NAMES) {
        values[name] = fields.get(controlName(name, index)) ?? values[name];
      }
      return values;
    }),
  };
}

/** The form as an address's query; what is as by default is left out. */
export function fieldsFromCompare(values: CompareValues): URLSearchParams {
  const fields = new URLSearchParams();
  if (values.mode !== "write") fields.set("mode", values.mode);
  const { model: _model, ignoreEos, keep, ...texts } = values.shared;
  const untouched = defaultValues();
  for (const [name, value] of Object.entries(texts)) {
    if (value !== untouched[name as keyof FormValues]) fields.set(name, value);
  }
  if (ignoreEos) fields.set("ignoreEos", "on");
  if (!keep) fields.set("keep", "off");
  values.columns.forEach((column, index) => {
    for (const name of COLUMN_NAMES) {
      // An empty model is told: by default there might be one.
      if (column[name] === "" && name !== "model") continue;
      fields.set(controlName(name, index), column[name]);
    }
  });
  return fields;
}

/** What stood in the form that a request came from. */
export function compareFromRequest(
  request: CompareRequest,
  defaults: CompareValues,
): CompareValues {
  return {
    mode: request.mode ?? "write",
    shared: valuesFromRequest(request, defaults.shared),
    columns: Array.from({ length: MAX_COLUMNS }, (_, index) => {
      const { sampling = {}, ...column } = request.columns[index] ?? {};
      const given = Object.entries({ ...column, ...sampling });
      const texts = given.map(([name, value]) => [name, String(value)]);
      return { ...NO_COLUMN, ...Object.fromEntries(texts) };
    }),
  };
}

/**
 * The request that a form stands for, without the columns that have no model.
 *
 * @throws {MambaError} `invalid_argument`, see {@linkcode parseCompareRequest}
 */
export function requestFromCompare(values: CompareValues): CompareRequest {
  const shared = requestFromValues({ ...values.shared, model: "" });
  const columns = values.columns
    .filter(({ model }) => model !== "").map(columnFromValues);
  return parseCompareRequest({
    ...shared,
    ...(values.mode === "write" ? {} : { mode: values.mode }),
    columns,
  });
}

function columnFromValues(values: ColumnValues, index: number): CompareColumn {
  const column: Record<string, unknown> = { model: values.model };
  for (const name of ["dtype", "device"] as const) {
    if (values[name] !== "") column[name] = values[name];
  }
  const own = OWN_SAMPLING.filter((name) => values[name].trim() !== "");
  if (own.length === 0) return column as unknown as CompareColumn;
  column.sampling = Object.fromEntries(own.map((name) => [
    name,
    toNumber(values[name], name, `columns[${index}].${name}`),
  ]));
  return column as unknown as CompareColumn;
}
