/** A published checkpoint that has a short name. */
export interface OfficialModel {
  /** What people call it. */
  name: string;
  /** Its repository on the hub. */
  repo: string;
  family: "Mamba1" | "Mamba2";
  /** Number of weights. */
  parameters: number;
  /** SPDX identifier. */
  licence: string;
}

/** Whose tokenizer the checkpoints of `state-spaces` are used with. */
export const TOKENIZER_REPO = "EleutherAI/gpt-neox-20b";

const MAMBA1: Readonly<Record<string, number>> = {
  "mamba-130m": 129_135_360,
  "mamba-370m": 371_516_416,
  "mamba-790m": 793_204_224,
  "mamba-1.4b": 1_372_178_432,
  "mamba-2.8b": 2_768_345_600,
};
const MAMBA2: Readonly<Record<string, number>> = {
  "mamba2-130m": 128_989_632,
  "mamba2-370m": 368_346_624,
  "mamba2-780m": 780_161_280,
  "mamba2-1.3b": 1_343_757_312,
  "mamba2-2.7b": 2_702_599_680,
};

/** The checkpoints of the papers, by size. */
export const OFFICIAL_MODELS: readonly OfficialModel[] = [
  ...fromTable("Mamba1", MAMBA1),
  ...fromTable("Mamba2", MAMBA2),
];

/** Words that stand for official models. */
export const MODEL_ALIASES: Readonly<Record<string, readonly string[]>> = {
  mamba1: ["mamba-130m"],
  mamba2: ["mamba2-130m"],
  both: ["mamba-130m", "mamba2-130m"],
};

/** The names behind a word: itself, unless it is an alias. */
export function expandAlias(name: string): readonly string[] {
  return Object.hasOwn(MODEL_ALIASES, name) ? MODEL_ALIASES[name]! : [name];
}

function fromTable(
  family: OfficialModel["family"],
  parameters: Readonly<Record<string, number>>,
): OfficialModel[] {
  return Object.entries(parameters).map(([name, parameters]) => ({
    name,
    repo: `state-spaces/${name}`,
    family,
    parameters,
    licence: "Apache-2.0",
  }));
}
