import {
  type CompareColumn,
  type CompareRequest,
  MAX_COLUMNS,
  OWN_SAMPLING,
} from "./compare.ts";
import {
  type GenerateRequest,
  parseGenerateRequest,
} from "./generate_request.ts";
import { invalidArgument, showValue } from "./invalid_argument.ts";
import { MambaError } from "./mamba_error.ts";

/**
 * Checks a comparison's JSON.
 *
 * @throws {MambaError} `invalid_argument` or `too_large`; the field of a
 * column's own value is like `columns[1].dtype`
 */
export function parseCompareRequest(json: unknown): CompareRequest {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new MambaError(
      "invalid_argument",
      "Cannot read the request: it is not a JSON object",
      { hint: 'Send an object like {"prompt": "Once", "columns": [ … ]}.' },
    );
  }
  const { mode, columns, ...shared } = json as Record<string, unknown>;
  if (mode !== undefined && mode !== "write" && mode !== "read") {
    const hint = 'Use "write" or "read".';
    throw invalidArgument("mode", `${showValue(mode)} is not one`, hint);
  }
  for (const field of ["model", "device", "dtype"]) {
    if (shared[field] === undefined) continue;
    throw invalidArgument(field, "it belongs to a column");
  }
  parseGenerateRequest(shared);
  if (
    !Array.isArray(columns) || columns.length < 2 ||
    columns.length > MAX_COLUMNS
  ) {
    throw invalidArgument(
      "columns",
      `${showValue(columns)} of another length than 2 to ${MAX_COLUMNS}`,
      "Choose a model for two columns at least.",
    );
  }
  columns.forEach((column, index) => {
    inColumn(index, () => checkColumn(column, shared));
  });
  return json as CompareRequest;
}

/** What a column of a comparison asks of the engine. */
export function requestOfColumn(
  { mode: _mode, columns: _columns, ...shared }: CompareRequest,
  { sampling, ...column }: CompareColumn,
): GenerateRequest {
  return { ...shared, ...column, ...sampling };
}

function checkColumn(column: unknown, shared: Record<string, unknown>): void {
  if (typeof column !== "object" || column === null) {
    throw invalidArgument("model", `${showValue(column)} is not a column`);
  }
  const { model, device, dtype, sampling = {}, ...more } = column as Record<
    string,
    unknown
  >;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) {
    throw invalidArgument(unknown, "a column has no such option");
  }
  if (model === undefined) throw invalidArgument("model", "it is missing");
  if (typeof sampling !== "object" || sampling === null) {
    throw invalidArgument("sampling", "it is not an object");
  }
  const strange = Object.keys(sampling)
    .find((name) => !(OWN_SAMPLING as readonly string[]).includes(name));
  if (strange !== undefined) {
    const hint = `A column may have its own ${OWN_SAMPLING.join(", ")}.`;
    throw invalidArgument(strange, "it is the same for all columns", hint);
  }
  parseGenerateRequest({ ...shared, model, device, dtype, ...sampling });
}

function inColumn(index: number, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof MambaError) || error.field === undefined) {
      throw error;
    }
    const { code, message, hint, field } = error;
    throw new MambaError(code, `${message} (column ${index + 1})`, {
      ...(hint === undefined ? {} : { hint }),
      field: `columns[${index}].${field}`,
    });
  }
}
