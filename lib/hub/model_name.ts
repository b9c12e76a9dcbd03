import { MambaError } from "../api/mamba_error.ts";
import { expandAlias, OFFICIAL_MODELS } from "./official_models.ts";
import { isSafePath } from "./safe_path.ts";

/** The revision that is meant where none is named. */
export const DEFAULT_REVISION = "main";

/** A model of the hub, as people name it. */
export interface ModelName {
  /** `owner/name` */
  repo: string;
  /** A branch, tag or commit. */
  revision: string;
}

/**
 * Reads `mamba-130m`, `owner/name`, either with `@revision`, or an alias of
 * one model. Undefined if the text is none of these.
 */
export function parseModelName(text: string): ModelName | undefined {
  const at = text.indexOf("@");
  const word = at < 0 ? text : text.slice(0, at);
  const revision = at < 0 ? DEFAULT_REVISION : text.slice(at + 1);
  if (!isRevision(revision)) return undefined;
  const [name = "", ...others] = expandAlias(word);
  if (others.length > 0) return undefined;
  const official = OFFICIAL_MODELS.find((model) => model.name === name);
  const repo = official?.repo ?? name;
  return isRepo(repo) ? { repo, revision } : undefined;
}

/**
 * Reads the name of a model that is to be fetched.
 *
 * @throws {MambaError} `invalid_argument`, with the names that there are
 */
export function requireModelName(text: string): ModelName {
  const name = parseModelName(text);
  if (name !== undefined) return name;
  throw new MambaError(
    "invalid_argument",
    `Cannot fetch ${JSON.stringify(text)}: it is no name of a model on the hub`,
    {
      field: "model",
      hint: `Give owner/name, or one of ${
        OFFICIAL_MODELS.map(({ name }) => name).join(", ")
      }.`,
    },
  );
}

/** `owner/name`, with the revision where it is not the usual one. */
export function formatModelName({ repo, revision }: ModelName): string {
  return revision === DEFAULT_REVISION ? repo : `${repo}@${revision}`;
}

/** Whether a text is an id of a repository, by the hub's own rules. */
export function isRepo(text: string): boolean {
  return text.length <= 96 && /^[A-Za-z0-9][\w.-]*\/[\w.-]+$/.test(text) &&
    !/--|\.\.|[.-](\/|$)|\/[.-]|\.git$/.test(text);
}

function isRevision(text: string): boolean {
  return text.length <= 200 && /^[\w./+-]+$/.test(text) && isSafePath(text);
}
