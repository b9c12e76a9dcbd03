import { DEVICE_NAMES, DTYPE_NAMES } from "./device_info.ts";
import { checkChoice } from "./generate_request.ts";
import { invalidArgument } from "./invalid_argument.ts";
import { MambaError } from "./mamba_error.ts";
import type { LoadRequest, UnloadRequest } from "./model_overview.ts";

/**
 * Checks the JSON of `POST /api/models/load`.
 *
 * @throws {MambaError} `invalid_argument`, naming the field
 */
export function parseLoadRequest(json: unknown): LoadRequest {
  const { model, device, dtype } = fieldsOf(json);
  checkModel(model);
  checkChoice("device", device, ["auto", ...DEVICE_NAMES]);
  checkChoice("dtype", dtype, DTYPE_NAMES);
  return json as LoadRequest;
}

/**
 * Checks the JSON of `POST /api/models/unload`.
 *
 * @throws {MambaError} `invalid_argument`, naming the field
 */
export function parseUnloadRequest(json: unknown): UnloadRequest {
  const { model, dtype } = fieldsOf(json);
  checkModel(model);
  checkChoice("dtype", dtype, DTYPE_NAMES);
  return json as UnloadRequest;
}

/**
 * Checks the JSON of `POST /api/models/pull`; returns the model's name.
 *
 * @throws {MambaError} `invalid_argument`, naming the field
 */
export function parsePullRequest(json: unknown): string {
  const { model } = fieldsOf(json);
  checkModel(model);
  return model.trim();
}

function fieldsOf(json: unknown): Record<string, unknown> {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    return json as Record<string, unknown>;
  }
  throw new MambaError(
    "invalid_argument",
    "Cannot read the request: it is not a JSON object",
    { hint: 'Send an object like {"model": "mamba-130m"}.' },
  );
}

function checkModel(model: unknown): asserts model is string {
  if (typeof model === "string" && model.trim() !== "") return;
  throw invalidArgument(
    "model",
    model === undefined || model === "" ? "it is missing" : "it is no name",
    "Give the name of a model, such as mamba-130m.",
  );
}
