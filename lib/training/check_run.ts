import { basename, resolve } from "node:path";
import { invalidArgument, showValue } from "../api/invalid_argument.ts";
import { resolveTraining } from "../api/resolve_training.ts";
import { TRAINING_PRESETS } from "../api/training_presets.ts";
import type { TrainingOptions } from "../api/training_options.ts";
import { MambaError } from "../api/mamba_error.ts";
import { tokenizerDirectory } from "../engine/find_tokenizer.ts";
import type { ModelCatalog } from "../engine/model_catalog.ts";
import { loadTokenizer } from "../tokenizer/mod.ts";

/** A run that can be started. */
export interface CheckedRun {
  /** What people read. */
  name: string;
  /** With absolute paths: the run may go on from another working directory. */
  options: TrainingOptions;
}

/**
 * Looks whether everything that a run names is there, before its folder is
 * made: the model, the tokenizer, the data.
 *
 * @throws {MambaError} naming the option as `field`
 */
export async function checkRun(
  given: TrainingOptions,
  catalog: ModelCatalog,
): Promise<CheckedRun> {
  const { data, validation } = resolveTraining(given);
  const options = { ...given };
  if (data.length === 0) {
    throw invalidArgument(
      "data",
      "it is missing",
      "Give the path of a text file or of a folder of them.",
    );
  }
  options.data = await checkPaths("data", data);
  if (validation.length > 0) {
    options.validation = await checkPaths("validation", validation);
  }
  if (options.model !== undefined) {
    options.model = await findModel("model", options.model, catalog);
  }
  await checkTokenizer(options, catalog);
  return { name: nameOf(options), options };
}

async function checkPaths(
  field: string,
  paths: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) found.push(await checkPath(field, path));
  return found;
}

async function checkPath(field: string, path: string): Promise<string> {
  if (path.includes("\0")) {
    throw invalidArgument(field, `${showValue(path)} is not a path`);
  }
  const absolute = resolve(path);
  try {
    const { isFile, isDirectory } = await Deno.stat(absolute);
    if (isFile) (await Deno.open(absolute)).close();
    else if (isDirectory) await Array.fromAsync(Deno.readDir(absolute));
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
  field: string,
  model: string,
  catalog: ModelCatalog,
): Promise<string> {
  try {
    return (await catalog.find(model)).directory;
  } catch (error) {
    if (!(error instanceof MambaError) || error.code !== "not_found") {
      throw error;
    }
    return await checkPath(field, model);
  }
}

async function checkTokenizer(
  options: TrainingOptions,
  catalog: ModelCatalog,
): Promise<void> {
  if (options.tokenizer !== undefined) {
    const folder = await findModel("tokenizer", options.tokenizer, catalog);
    options.tokenizer = await tokenizerDirectory(folder) ?? folder;
  }
  const model = options.model && (await tokenizerDirectory(options.model));
  const path = options.tokenizer ?? model ?? options.model;
  if (path === undefined) {
    throw invalidArgument(
      "tokenizer",
      "a new model needs one",
      "Give a folder with a tokenizer.json.",
    );
  }
  try {
    await loadTokenizer(path);
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
  const text = JSON.stringify(config);
  const preset = TRAINING_PRESETS.find((preset) =>
    JSON.stringify(preset.config) === text
  );
  return preset?.name ?? "A new model";
}
