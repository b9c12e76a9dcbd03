import { MambaError } from "../api/mamba_error.ts";
import {
  type CheckpointConfig,
  WEIGHTS_SOURCES,
  type WeightsSource,
} from "../weights/mod.ts";
import type { Repository, RepositoryFile } from "./repository.ts";

/** What a tokenizer consists of; the first must be there. */
export const TOKENIZER_FILES: readonly string[] = [
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
];

const CONFIG = "config.json";
const GENERATION_CONFIG = "generation_config.json";

/** Sizes of the vocabulary that mean GPT-NeoX's tokenizer, padded or not. */
const GPT_NEOX_SIZES: readonly number[] = [50277, 50280, 50288];

/**
 * Whether a checkpoint without a tokenizer is used with GPT-NeoX's: those in
 * the state-spaces form have none of their own, and Python's code takes that
 * one whatever the model.
 */
export function usesGptNeoxTokenizer(
  { config, form }: CheckpointConfig,
): boolean {
  return form === "state-spaces" && GPT_NEOX_SIZES.includes(config.vocabSize);
}

/**
 * What is fetched of a model before anything large: its config, and what says
 * where the weights are.
 *
 * @throws {MambaError} `unsupported` if it has no config or no weights that
 * are read here
 */
export function headFiles(
  repository: Repository,
): { files: RepositoryFile[]; source: WeightsSource } {
  const config = findFile(repository, CONFIG);
  const source = WEIGHTS_SOURCES.find(({ name }) =>
    findFile(repository, name) !== undefined
  );
  if (config === undefined || source === undefined) {
    throw new MambaError(
      "unsupported",
      `Cannot use the model ${repository.repo}: it has no ${
        config === undefined ? CONFIG : "weights as safetensors or PyTorch file"
      }`,
      {
        hint:
          "Mamba models in the state-spaces and transformers forms are read.",
      },
    );
  }
  return {
    files: source.isIndex
      ? [config, findFile(repository, source.name)!]
      : [config],
    source,
  };
}

/**
 * The other files of a model, small ones first.
 *
 * @param weights the names of the files that hold the weights
 * @throws {MambaError} `unsupported` if one of them is not there
 */
export function bodyFiles(
  repository: Repository,
  weights: readonly string[],
): RepositoryFile[] {
  const optional = [GENERATION_CONFIG, ...TOKENIZER_FILES]
    .flatMap((name) => findFile(repository, name) ?? []);
  const required = weights.map((name) => {
    const file = findFile(repository, name);
    if (file !== undefined) return file;
    throw new MambaError(
      "unsupported",
      `Cannot use the model ${repository.repo}: its index names ${name}, which it does not have`,
    );
  });
  return [...optional, ...required];
}

/** The files of a tokenizer; none if there is none. */
export function tokenizerFiles(repository: Repository): RepositoryFile[] {
  return findFile(repository, TOKENIZER_FILES[0]!) === undefined
    ? []
    : TOKENIZER_FILES.flatMap((name) => findFile(repository, name) ?? []);
}

function findFile(
  { files }: Repository,
  name: string,
): RepositoryFile | undefined {
  return files.find((file) => file.name === name);
}
