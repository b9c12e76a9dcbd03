/**
 * The command line: `deno task mamba <verb>` and, compiled, `fresh-mamba`.
 *
 * @module
 */
import { MambaError } from "../api/mamba_error.ts";
import { VERSION } from "../config.ts";
import { parseFlags } from "./flags.ts";
import { findVerb } from "./help.ts";
import { overview, programName, usageLine, verbHelp } from "./help_text.ts";
import {
  INTERRUPTED,
  OutputClosed,
  ProcessTerminal,
  type Terminal,
} from "./terminal.ts";
import { UsageError } from "./usage_error.ts";
import type { Verb } from "./verb.ts";
import { VERBS } from "./verbs.ts";

const FAILED = 1;
const USAGE = 2;

/**
 * Runs a command line and returns the exit code: 0 done, 1 failed, 2 wrong
 * usage, 130 interrupted. Errors are told, not thrown.
 *
 * @param args as in `Deno.args`: the verb first
 */
export async function main(
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    return tell(error, terminal, args[0]);
  }
}

async function dispatch(
  [name, ...args]: readonly string[],
  terminal: Terminal,
): Promise<number> {
  if (name === undefined) {
    terminal.note(overview(VERBS).trimEnd());
    return USAGE;
  }
  if (name === "--help" || name === "-h") {
    await terminal.write(overview(VERBS));
    return 0;
  }
  if (name === "--version" || name === "-V") {
    await terminal.write(`fresh-mamba ${VERSION}\n`);
    return 0;
  }
  const verb = findVerb(VERBS, name);
  if (asksForHelp(args)) {
    await terminal.write(verbHelp(verb));
    return 0;
  }
  const { flags, positionals } = parseFlags(args, verb.flags);
  checkPositionals(verb, positionals);
  return await verb.run({ flags, positionals, terminal });
}

/** `--help` before any `--`, behind which everything is text. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  return own.includes("--help") || own.includes("-h");
}

function checkPositionals(verb: Verb, given: readonly string[]): void {
  const { required = [], optional = [], rest } = verb.positionals;
  const usage = `Usage: ${usageLine(verb)}`;
  const missing = required[given.length];
  if (missing !== undefined) {
    throw new UsageError(`Cannot ${verb.name}: <${missing}> is missing`, usage);
  }
  const extra = given[required.length + optional.length];
  if (extra === undefined || rest !== undefined) return;
  throw new UsageError(
    `Cannot ${verb.name}: ${JSON.stringify(extra)} is one word too many`,
    optional.at(-1) === "prompt" || required.at(-1) === "text"
      ? "Put the text in quotes."
      : usage,
  );
}

function tell(
  error: unknown,
  terminal: Terminal,
  name: string | undefined,
): number {
  if (error instanceof OutputClosed) return 0;
  if (error instanceof UsageError) {
    const verb = VERBS.find((verb) => verb.name === name)?.name ?? "";
    const help = `See ${programName()} help ${verb}`.trimEnd() + ".";
    terminal.note(`error: ${error.message}`);
    terminal.note(`hint: ${error.hint ?? help}`);
    return USAGE;
  }
  // Only Ctrl-C aborts on the command line.
  if (error instanceof MambaError && error.code === "aborted") {
    terminal.note("interrupted");
    return INTERRUPTED;
  }
  const { message, hint } = explain(error);
  terminal.note(`error: ${message}`);
  if (hint !== undefined) terminal.note(`hint: ${hint}`);
  return FAILED;
}

function explain(error: unknown): { message: string; hint?: string } {
  if (error instanceof MambaError) {
    const { message, hint } = error;
    return { message, ...(hint === undefined ? {} : { hint }) };
  }
  if (error instanceof Deno.errors.NotCapable) {
    return {
      message: error.message,
      hint: `${programName()} doctor lists the permissions that are needed.`,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { message: `A fault of this program: ${message}` };
}

if (import.meta.main) {
  Deno.exit(await main(Deno.args, new ProcessTerminal()));
}
