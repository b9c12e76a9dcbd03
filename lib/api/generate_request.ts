import {
  DEVICE_NAMES,
  type DeviceName,
  DTYPE_NAMES,
  type DtypeName,
} from "./device_info.ts";
import { invalidArgument, showValue } from "./invalid_argument.ts";
import { MambaError } from "./mamba_error.ts";
import {
  resolveSampling,
  SAMPLING_RANGES,
  type SamplingOptions,
} from "./sampling_options.ts";

/** What `POST /api/generate` and the engine answer. */
export interface GenerateRequest extends SamplingOptions {
  /** A model's id. @default the first model */
  model?: string;
  /** The text to continue. */
  prompt: string;
  /** @default the server's own */
  device?: "auto" | DeviceName;
  /** The format to keep the weights in. @default as stored */
  dtype?: DtypeName;
}

/** A prompt may have so many bytes in UTF-8. */
export const MAX_PROMPT_BYTES = 1024 * 1024;

/**
 * Checks a request's JSON.
 *
 * @throws {MambaError} `invalid_argument` or `too_large`, naming the field
 */
export function parseGenerateRequest(json: unknown): GenerateRequest {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new MambaError(
      "invalid_argument",
      "Cannot read the request: it is not a JSON object",
      { hint: 'Send an object like {"prompt": "Once upon a time"}.' },
    );
  }
  const { model, prompt, device, dtype, ...sampling } = json as Record<
    string,
    unknown
  >;
  checkPrompt(prompt);
  if (model !== undefined && (typeof model !== "string" || model === "")) {
    throw invalidArgument("model", "it is not a model's id");
  }
  checkChoice("device", device, ["auto", ...DEVICE_NAMES]);
  checkChoice("dtype", dtype, DTYPE_NAMES);
  const { maxTokens } = resolveSampling(sampling as SamplingOptions);
  // JSON has no Infinity, but 1e999 becomes it.
  if (maxTokens === Infinity) {
    throw invalidArgument(
      "maxTokens",
      "it is out of range",
      `Give an integer up to ${SAMPLING_RANGES.maxTokens.max}.`,
    );
  }
  return json as GenerateRequest;
}

function checkPrompt(prompt: unknown): void {
  if (typeof prompt !== "string") {
    throw invalidArgument(
      "prompt",
      prompt === undefined ? "it is missing" : "it is not a text",
    );
  }
  if (prompt === "") {
    throw invalidArgument("prompt", "it is empty", "Write something.");
  }
  // No UTF-16 unit takes fewer bytes than one.
  const bytes = prompt.length > MAX_PROMPT_BYTES
    ? prompt.length
    : new TextEncoder().encode(prompt).length;
  if (bytes > MAX_PROMPT_BYTES) {
    throw new MambaError(
      "too_large",
      `Cannot use prompt: it is longer than ${MAX_PROMPT_BYTES} bytes`,
      { field: "prompt", hint: "Send a shorter one." },
    );
  }
}

/** Refuses a value that is neither absent nor one of the choices. */
export function checkChoice(
  field: string,
  value: unknown,
  choices: readonly string[],
): void {
  if (value === undefined) return;
  if (typeof value === "string" && choices.includes(value)) return;
  throw invalidArgument(
    field,
    `${showValue(value)} is not one`,
    `Use ${choices.join(", ")}.`,
  );
}
