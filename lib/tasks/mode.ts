import { inProject, readTextIfThere } from "./project.ts";
import { TaskError } from "./task_error.ts";

/** Where Fresh comes from: JSR itself, or `npm_only/` where JSR is not. */
export type Mode = "jsr" | "npm";

/** A mode and why it is the one. */
export interface ModeChoice {
  mode: Mode;
  reason: string;
}

/** Options of {@linkcode chooseMode}. */
export interface ModeOptions {
  /** What the person asked for. Default: the variable `FRESH`. */
  asked?: string | undefined;
  /** The mode that has been installed here. Default: read from disk. */
  installed?: Mode | undefined;
  /** JSR's address. Default: the variable `JSR_URL`, then the public one. */
  registry?: string;
  /** How long JSR has to answer, in milliseconds. Default: 1200. */
  patience?: number;
}

/** Records which mode was installed, with the key of what was installed. */
export const INSTALLED = inProject("node_modules", ".fresh-mamba.json");

/** What {@linkcode INSTALLED} holds. */
export interface Installed {
  mode: Mode;
  key: string;
}

/** Reads which mode has been installed in this checkout, if any. */
export async function readInstalled(): Promise<Installed | undefined> {
  const text = await readTextIfThere(INSTALLED);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Picks the mode: what is asked for, what is installed, what answers. */
export async function chooseMode(
  options: ModeOptions = {},
): Promise<ModeChoice> {
  const asked = "asked" in options ? options.asked : Deno.env.get("FRESH");
  if (asked) {
    if (asked === "jsr" || asked === "npm") {
      return { mode: asked, reason: `FRESH=${asked}` };
    }
    throw new TaskError(
      `Cannot use FRESH=${asked}: it is neither jsr nor npm.`,
      "Set FRESH=jsr or FRESH=npm, or leave it out.",
    );
  }
  const installed = "installed" in options
    ? options.installed
    : (await readInstalled())?.mode;
  if (installed) return { mode: installed, reason: "installed here" };

  const { patience = 1200 } = options;
  const registry = options.registry ?? Deno.env.get("JSR_URL") ??
    "https://jsr.io/";
  return await answers(registry, patience)
    ? { mode: "jsr", reason: "JSR answers" }
    : { mode: "npm", reason: "JSR does not answer" };
}

async function answers(registry: string, patience: number): Promise<boolean> {
  try {
    const response = await fetch(new URL("@fresh/core/meta.json", registry), {
      signal: AbortSignal.timeout(patience),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Refused, not resolved, too slow or not an address: no JSR from here.
    return false;
  }
}
