import { fileURLToPath } from "node:url";

/** The path of one of the models of the tests. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

/** Small models with a tokenizer, one of each architecture. */
export const MAMBA1 = fixture("tiny-mamba1");
export const MAMBA2 = fixture("tiny-mamba2");
