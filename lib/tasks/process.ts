import { ROOT } from "./project.ts";

/** Options of {@linkcode run}. */
export interface RunOptions {
  /** The working directory. Default: the root of the checkout. */
  cwd?: string;
  /** Environment variables to add. */
  env?: Record<string, string>;
}

/** What a captured command left behind. */
export interface Captured {
  code: number;
  /** Standard output. */
  stdout: string;
  /** Standard error. */
  stderr: string;
}

/**
 * Runs a program in this terminal and returns its exit code. Signals reach
 * it: those of the terminal by themselves, all others through this process.
 */
export async function run(
  program: string,
  args: string[],
  { cwd = ROOT, env = {} }: RunOptions = {},
): Promise<number> {
  const child = new Deno.Command(program, { args, cwd, env }).spawn();
  const release = passSignals(child);
  try {
    return (await child.status).code;
  } finally {
    release();
  }
}

/** Runs a program and returns what it printed. */
export async function capture(
  program: string,
  args: string[],
  { cwd = ROOT, env = {} }: RunOptions = {},
): Promise<Captured> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    env,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

function passSignals(child: Deno.ChildProcess): () => void {
  // A terminal sends Ctrl-C to every process in it: passing it on would make
  // two of one. Without a terminal only this process gets it.
  const fromTerminal = Deno.stdin.isTerminal();
  const signals: Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  const release: (() => void)[] = [];
  for (const signal of signals) {
    const listener = () => {
      if (signal === "SIGINT" && fromTerminal) return;
      try {
        child.kill(signal);
      } catch {
        // It has ended already.
      }
    };
    Deno.addSignalListener(signal, listener);
    release.push(() => Deno.removeSignalListener(signal, listener));
  }
  return () => release.forEach((undo) => undo());
}
