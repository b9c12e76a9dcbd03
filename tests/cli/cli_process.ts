/**
 * Programs of this project as processes of their own.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { configurationFile } from "../../lib/tasks/configuration.ts";
import { chooseMode } from "../../lib/tasks/mode.ts";
import { CLI } from "../../lib/tasks/permissions.ts";

/** The root of the checkout, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const { mode } = await chooseMode();
const config = await configurationFile(mode);

/** How a program is started. */
export interface StartOptions {
  args?: readonly string[];
  /** Deno permissions and other flags. @default those of the command line */
  permissions?: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  stdin?: "null" | "piped";
  stdout?: "null" | "piped";
}

/** Starts a module of this checkout, or one outside of it, by its path. */
export function start(
  module: string,
  { args = [], permissions = CLI, env = {}, cwd = ROOT, ...streams }:
    StartOptions = {},
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", `--config=${config}`, ...permissions, module, ...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...streams,
  }).spawn();
}

/** Starts the command line. */
export function startCli(
  args: readonly string[],
  options: StartOptions = {},
): Deno.ChildProcess {
  return start(`${ROOT}lib/cli/main.ts`, { ...options, args });
}

/** What a finished program left. */
export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** Waits for a program's end, `stdin` being what still writes to it. */
export async function finish(
  child: Deno.ChildProcess,
  stdin?: WritableStreamDefaultWriter<Uint8Array>,
): Promise<Finished> {
  const [{ code }, stdout, stderr] = await Promise.all([
    child.status,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  // The pipe may be broken by now, which is nothing to tell.
  await stdin?.close().catch(() => {});
  return { code, stdout, stderr };
}

/** Runs the command line to its end, with `input` on standard input. */
export async function runCli(
  args: readonly string[],
  options: StartOptions & { input?: string } = {},
): Promise<Finished> {
  const { input, ...others } = options;
  if (input === undefined) return await finish(startCli(args, others));
  const child = startCli(args, { ...others, stdin: "piped" });
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  return await finish(child);
}
