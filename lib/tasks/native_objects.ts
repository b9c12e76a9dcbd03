import { join, relative, resolve } from "node:path";
import type { Compiler } from "./native_compiler.ts";
import { inParallel } from "./parallel.ts";
import { capture } from "./process.ts";
import { digest, inProject, ROOT } from "./project.ts";
import { Progress } from "./progress.ts";
import { TaskError } from "./task_error.ts";

/** One source to compile. */
export interface CompileJob {
  /** Path below `metal/`, or an absolute one. */
  source: string;
  flags: readonly string[];
  /** The text of everything that the object depends on. */
  inputs: readonly string[];
  /** Changes the optimised program, in LLVM's text; clang has such a text. */
  rewrite?: (ir: string) => string;
}

/** Where objects go. */
export interface ObjectOptions {
  /** The folder that keeps them, by what they were made from. */
  folder: string;
  /** What the person at the terminal reads while it takes time. */
  label: string;
}

const METAL = inProject("metal");

/** What makes an object of LLVM's text that is optimised already. */
const OPTIMISED = ["-fPIC", "-O1", "-Xclang", "-disable-llvm-passes", "-c"];

/**
 * Compiles what has not been compiled before, in parallel.
 *
 * @returns the object files, in the order of the jobs
 */
export async function compileObjects(
  compiler: Compiler,
  jobs: readonly CompileJob[],
  { folder, label }: ObjectOptions,
): Promise<string[]> {
  await Deno.mkdir(folder, { recursive: true });
  const objects: string[] = [];
  const missing: { job: CompileJob; object: string }[] = [];
  for (const job of jobs) {
    const { source, flags, inputs } = job;
    const key = await digest([compiler.id, flags.join(" "), ...inputs]);
    const stem = source.replace(METAL, "").replace(/\.\w+$/, "")
      .replaceAll("/", "_");
    const object = join(folder, `${stem}-${key.slice(0, 16)}.o`);
    objects.push(object);
    if (!isThere(object)) missing.push({ job, object });
  }
  if (missing.length > 0) {
    using progress = new Progress(label, missing.length);
    await inParallel(missing, async ({ job, object }) => {
      await compile(compiler, job, object);
      progress.step();
    });
  }
  await sweep(folder, new Set(objects));
  return objects;
}

async function compile(compiler: Compiler, job: CompileJob, object: string) {
  const draft = `${object}.${crypto.randomUUID().slice(0, 8)}`;
  const what = `compiling ${fromRoot(job.source)}`;
  const args = [...job.flags, "-I.", job.source];
  if (job.rewrite === undefined) {
    await runCompiler(compiler, [...args, "-c", "-o", draft], what);
  } else {
    const text = `${draft}.ll`;
    await runCompiler(
      compiler,
      [...args, "-S", "-emit-llvm", "-o", text],
      what,
    );
    await Deno.writeTextFile(text, job.rewrite(await Deno.readTextFile(text)));
    await runCompiler(compiler, [...OPTIMISED, "-o", draft, text], what);
    await Deno.remove(text);
  }
  await Deno.rename(draft, object);
}

/**
 * Runs the compiler in `metal/`.
 *
 * @param what it does, for the error: "linking libmamba"
 * @throws {TaskError} if it fails; its own words go to the terminal
 */
export async function runCompiler(
  compiler: Compiler,
  args: readonly string[],
  what: string,
) {
  const [program = "", ...first] = compiler.command;
  const { code, stderr } = await capture(program, [...first, ...args], {
    cwd: METAL,
  });
  if (stderr !== "") console.error(stderr.trimEnd());
  if (code === 0) return;
  throw new TaskError(
    `Cannot build the native library: ${program} failed when ${what}.`,
    "Its own words stand above; a C++17 compiler is needed (g++ 9, clang 10 or newer).",
  );
}

/** Whether there is a file. */
export function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function fromRoot(source: string): string {
  return relative(ROOT, resolve(METAL, source));
}

/** Removes objects that no build has wanted for a day. */
async function sweep(directory: string, wanted: Set<string>) {
  const old = Date.now() - 24 * 3600 * 1000;
  for await (const { name } of Deno.readDir(directory)) {
    const path = join(directory, name);
    if (wanted.has(path)) continue;
    const { mtime } = await Deno.stat(path);
    if (mtime !== null && mtime.getTime() < old) await Deno.remove(path);
  }
}
