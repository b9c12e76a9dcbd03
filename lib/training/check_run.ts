import { basename, resolve } from "node:path";
import { invalidArgument, showValue } from "../api/invalid_argument.ts";
import { TRAINING_PRESETS } from "../api/training_presets.ts";
import type { TrainingOptions } from "../api/training_options.ts";
import { MambaError } from "../api/mamba_error.ts";
import { ModelCatalog } from "../engine/model_catalog.ts";
import { loadTokenizer, type Tokenizer } from "../tokenizer/mod.ts";

/** A run that can be started. */
export interface CheckedRun {
  /** What people read. */
  name: string;
  /** With absolute paths: the run may go on from another working directory. */
  options: TrainingOptions;
}

/**
 * Looks whether everything that a run names is there, before its folder is
 * made: the model, the tokenizer, the data. A new model's vocabulary becomes
 * the tokenizer's.
 *
 * @throws {MambaError} naming the option as `field`
 */
export async function checkRun(
  given: unknown,
  catalog: ModelCatalog,
): Promise<CheckedRun> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new MambaError(
      "invalid_argument",
      "Cannot start the training: the options are not a JSON object",
      { hint: 'Send an object like {"model": "…", "data": "…"}.' },
    );
  }
  const options = { ...given as TrainingOptions };
  if ((options.model === undefined) === (options.config === undefined)) {
    throw invalidArgument(
      "model",
      "the training needs a model to go on from or a config of a new one",
      "Give one of both.",
    );
  }
  options.data = await checkPaths("data", options.data);
  if (options.validation !== undefined) {
    options.validation = await checkPaths("validation", options.validation);
  }
  if (options.model !== undefined) {
    options.model = await findModel(options.model, catalog);
  }
  const tokenizer = await openTokenizer(options, catalog);
  if (options.config !== undefined) {
    options.config = { vocab_size: tokenizer.vocabSize, ...options.config };
  }
  return { name: nameOf(options), options };
}

async function checkPaths(
  field: string,
  value: unknown,
): Promise<string | string[]> {
  const many = Array.isArray(value);
  const paths: unknown[] = many ? value : [value];
  if (value === undefined || paths.length === 0) {
    throw invalidArgument(
      field,
      "it is missing",
      "Give the path of a text file or of a folder of them.",
    );
  }
  const found: string[] = [];
  for (const path of paths) found.push(await checkPath(field, path));
  return many ? found : found[0]!;
}

async function checkPath(field: string, path: unknown): Promise<string> {
  if (typeof path !== "string" || path.trim() === "" || path.includes("\0")) {
    throw invalidArgument(field, `${showValue(path)} is not a path`);
  }
  const absolute = resolve(path);
  try {
    const { isFile, isDirectory } = await Deno.stat(absolute);
    if (isFile) (await Deno.open(absolute)).close();
    else if (isDirectory) Deno.readDirSync(absolute);
    else throw invalidArgument(field, `${absolute} is no file and no folder`);
    return absolute;
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    throw invalidArgument(
      field,
      `${absolute} ${reason}`,
      "It is a path on the machine that the server runs on.",
    );
  }
}

function reasonOf(error: unknown): string | undefined {
  if (
    error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory
  ) return "is not there";
  if (
    error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable
  ) return "may not be read";
  return undefined;
}

/** The folder of a model that is named by its id or its path. */
async function findModel(
  model: unknown,
  catalog: ModelCatalog,
): Promise<string> {
  if (typeof model !== "string" || model === "") {
    throw invalidArgument("model", `${showValue(model)} is not a model`);
  }
  const entries = await catalog.entries();
  const entry = entries.find(({ id }) => id === model);
  return entry?.directory ?? await checkPath("model", model);
}

async function openTokenizer(
  options: TrainingOptions,
  catalog: ModelCatalog,
): Promise<Tokenizer> {
  if (options.tokenizer !== undefined) {
    const entries = await catalog.entries();
    const entry = entries.find(({ id }) => id === options.tokenizer);
    options.tokenizer = entry?.directory ??
      await checkPath("tokenizer", options.tokenizer);
  }
  const path = options.tokenizer ?? options.model;
  if (path === undefined) {
    throw invalidArgument(
      "tokenizer",
      "a new model needs one",
      "Give a folder with a tokenizer.json.",
    );
  }
  try {
    return await loadTokenizer(path);
  } catch (cause) {
    if (!(cause instanceof MambaError)) throw cause;
    throw new MambaError(cause.code, cause.message, {
      field: options.tokenizer === undefined ? "model" : "tokenizer",
      hint: cause.hint ?? "Choose another tokenizer.",
      cause,
    });
  }
}

function nameOf({ model, config }: TrainingOptions): string {
  if (model !== undefined) return basename(model);
  const { vocab_size: _size, ...own } = config ?? {};
  const text = JSON.stringify(own);
  const preset = TRAINING_PRESETS.find((preset) =>
    JSON.stringify(preset.config) === text
  );
  return preset?.name ?? "A new model";
}
