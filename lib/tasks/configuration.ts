import { inProject, readTextIfThere, writeWhole } from "./project.ts";
import type { Mode } from "./mode.ts";

/** The parts of `deno.json` that this module reads or replaces. */
interface Configuration {
  tasks?: unknown;
  links?: string[];
  lock?: { path: string };
  [other: string]: unknown;
}

/** The stand-ins and the name that each is imported by in `deno.json`. */
export const STAND_INS: readonly string[] = [
  "./npm_only/fresh",
  "./npm_only/plugin_vite",
  "./npm_only/assert",
  "./npm_only/testing",
];

/**
 * `deno.json` as the npm mode needs it: the same, with the stand-ins linked
 * over the packages of JSR and with a lock file of its own. The two modes
 * resolve the same names to different packages, so they share no lock file.
 */
export function npmConfiguration(text: string): string {
  const configuration: Configuration = JSON.parse(text);
  delete configuration.tasks;
  configuration.links = [...STAND_INS];
  configuration.lock = { path: "npm_only/deno.lock" };
  return JSON.stringify(configuration, null, 2) + "\n";
}

/** The configuration file of a mode, generated anew if it is out of date. */
export async function configurationFile(mode: Mode): Promise<string> {
  const source = inProject("deno.json");
  if (mode === "jsr") return source;
  const path = inProject("deno.npm.json");
  const wanted = npmConfiguration(await Deno.readTextFile(source));
  if (await readTextIfThere(path) !== wanted) await writeWhole(path, wanted);
  return path;
}
