import { join, relative } from "node:path";
import { CLI } from "./permissions.ts";
import { prepare } from "./prepare.ts";
import { capture } from "./process.ts";
import { inProject, ROOT, tell } from "./project.ts";
import { stage } from "./stage.ts";
import { TaskError } from "./task_error.ts";

/** Deno's name of a target → the compiler's; absent = this machine. */
const TARGETS: Record<string, string> = {
  "x86_64-unknown-linux-gnu": "x86_64-linux-gnu",
  "aarch64-unknown-linux-gnu": "aarch64-linux-gnu",
};

/** `deno task compile [--target=aarch64-unknown-linux-gnu]` */
export async function compile(args: string[]): Promise<number> {
  const target = readTarget(args);
  const prepared = await prepare();
  const { path, main, parts } = await stage(prepared, {
    target: target === undefined ? undefined : TARGETS[target],
  });
  const name = target === undefined ? "fresh-mamba" : `fresh-mamba-${target}`;
  const output = inProject("dist", name);
  tell("Compiling …");
  const { code, stderr } = await capture(Deno.execPath(), [
    "compile",
    "--quiet",
    "--no-config",
    "--no-lock",
    "--no-npm",
    "--no-remote",
    "--unstable-no-legacy-abort",
    ...CLI,
    // Where `serve` listens and `bench` writes is known only when they run.
    "--allow-net",
    "--allow-write",
    ...parts.flatMap((part) => ["--include", part]),
    ...(target === undefined ? [] : ["--target", target]),
    "--output",
    output,
    main,
  ], { cwd: path });
  if (code !== 0) throw explain(stderr);
  tell(`${relative(ROOT, join(output))} is ready`);
  return 0;
}

function readTarget(args: string[]): string | undefined {
  const [arg, ...rest] = args;
  if (arg === undefined) return undefined;
  const target = arg.startsWith("--target=") ? arg.slice(9) : "";
  if (rest.length === 0 && target in TARGETS) return target;
  throw new TaskError(
    `Cannot compile: "${args.join(" ")}" is no target that is known here.`,
    `The option is --target=${Object.keys(TARGETS).join(" or --target=")}.`,
  );
}

/** `deno compile` fetches the runtime that it puts into the executable. */
function explain(stderr: string): TaskError {
  if (/base binary|denort|error sending request|dns error/i.test(stderr)) {
    return new TaskError(
      "Cannot compile: Deno's runtime stub cannot be downloaded from here.",
      "Use `deno task bundle`, which needs no download, or set DENORT_BIN to a stub that you have.",
    );
  }
  console.error(stderr.trimEnd());
  return new TaskError(
    "Cannot compile: deno compile failed.",
    "Its own words stand above; `deno task bundle` is another way.",
  );
}
