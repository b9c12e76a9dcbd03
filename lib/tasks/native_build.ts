import { join } from "node:path";
import { environment, libraryFileName } from "../config.ts";
import {
  type Compiler,
  findCompiler,
  hasStaticRuntime,
  machineOf,
  missingCompiler,
} from "./native_compiler.ts";
import {
  compilations,
  FRAMEWORKS,
  hasMetal,
  readSources,
  type Sources,
  withIncludes,
} from "./native_sources.ts";
import { inParallel } from "./parallel.ts";
import { capture } from "./process.ts";
import {
  digest,
  exclusively,
  inProject,
  readTextIfThere,
  writeWhole,
} from "./project.ts";
import { Progress } from "./progress.ts";
import { TaskError } from "./task_error.ts";

/** Options of {@linkcode buildNative}. */
export interface NativeOptions {
  /** A GNU triple such as `aarch64-linux-gnu`. Default: this machine. */
  target?: string | undefined;
  /** Build even if nothing has changed. Default: false. */
  force?: boolean;
}

/** What {@linkcode buildNative} did. */
export interface NativeBuild {
  /** The library. */
  path: string;
  /** False if it was up to date. */
  built: boolean;
}

/** What the library on disk was made from. */
interface Stamp {
  sources: string;
  compiler: string;
}

const METAL = inProject("metal");

/**
 * Builds `libmamba` with the system's C++ compiler, unless its sources, their
 * flags and the compiler are those of the last time. Objects are kept by what
 * they were made from, so after a change only what it touches is compiled.
 * Of two builds at the same time one waits for the other; whoever has the
 * library open keeps the one that it opened.
 */
export async function buildNative(
  { target, force = false }: NativeOptions = {},
): Promise<NativeBuild> {
  const place = target === undefined ? [] : [target];
  const directory = join(METAL, "build", ...place);
  const path = join(directory, libraryFileName(osOf(target)));
  const given = environment("MAMBA_LIBRARY");
  if (given !== undefined && target === undefined) {
    return { path: given, built: false };
  }
  const sources = await readSources();
  const compiler = findCompiler({ target });
  const stamp = await stampFor(sources, compiler);
  if (!force && await isCurrent(path, stamp)) return { path, built: false };
  if (compiler === undefined) throw missingCompiler({ target });
  return await exclusively(join(directory, ".lock"), async () => {
    // Another process may have built it while this one waited.
    if (!force && await isCurrent(path, stamp)) return { path, built: false };
    await build(compiler, sources, directory, path);
    await writeWhole(`${path}.json`, JSON.stringify(stamp));
    return { path, built: true };
  });
}

/** What the library is made from: sources, how they are built, and by what. */
async function stampFor(
  sources: Sources,
  compiler: Compiler | undefined,
): Promise<Stamp> {
  const recipes = ["./native_sources.ts", "./native_build.ts"].map((name) =>
    Deno.readTextFile(new URL(name, import.meta.url))
  );
  return {
    sources: await digest([
      ...await Promise.all(recipes),
      ...[...sources].flat(),
    ]),
    compiler: compiler?.id ?? "",
  };
}

async function isCurrent(path: string, wanted: Stamp): Promise<boolean> {
  const text = await readTextIfThere(`${path}.json`);
  if (text === undefined || !isThere(path)) return false;
  const found: Stamp = JSON.parse(text);
  // Without a compiler what was built once is as good as it was.
  return found.sources === wanted.sources &&
    (wanted.compiler === "" || found.compiler === wanted.compiler);
}

async function build(
  compiler: Compiler,
  sources: Sources,
  directory: string,
  path: string,
) {
  const machine = await machineOf(compiler);
  const objects = join(directory, "cache");
  await Deno.mkdir(objects, { recursive: true });

  const jobs: CompileJob[] = [];
  for (const { path: source, flags } of compilations(sources, machine)) {
    const text = withIncludes(source, sources)
      .flatMap((file) => [file, sources.get(file) ?? ""]);
    const key = await digest([compiler.id, flags.join(" "), ...text]);
    const stem = source.replaceAll("/", "_").replace(/\.\w+$/, "");
    const object = join(objects, `${stem}-${key.slice(0, 16)}.o`);
    jobs.push({ source, flags, object });
  }

  const missing = jobs.filter((job) => !isThere(job.object));
  const name = `libmamba for ${machine} with ${compiler.command.join(" ")}`;
  using progress = new Progress(`Building ${name}`, missing.length + 1);
  await inParallel(missing, async (job) => {
    await compile(compiler, job);
    progress.step();
  });
  await link(compiler, jobs.map((job) => job.object), machine, path);
  progress.step();
  await sweep(objects, new Set(jobs.map((job) => job.object)));
}

interface CompileJob {
  /** Path below `metal/`. */
  source: string;
  flags: string[];
  /** The object file to make. */
  object: string;
}

async function compile(compiler: Compiler, job: CompileJob) {
  const draft = `${job.object}.${crypto.randomUUID().slice(0, 8)}`;
  const args = [...job.flags, "-I.", "-c", "-o", draft, job.source];
  await tool(compiler, args, `compiling metal/${job.source}`);
  await Deno.rename(draft, job.object);
}

async function link(
  compiler: Compiler,
  objects: string[],
  machine: string,
  path: string,
) {
  const draft = `${path}.${crypto.randomUUID().slice(0, 8)}`;
  const shared = machine.includes("apple")
    ? ["-dynamiclib", "-install_name", "@rpath/libmamba.dylib"]
    : ["-shared", "-Wl,-soname,libmamba.so", "-Wl,-z,defs"];
  // A library that is carried to another machine brings its runtime along.
  const runtime = !machine.includes("apple") && await hasStaticRuntime(compiler)
    ? ["-static-libstdc++", "-static-libgcc", "-Wl,--exclude-libs,ALL"]
    : [];
  const frameworks = hasMetal(machine)
    ? FRAMEWORKS.flatMap((name) => ["-framework", name])
    : [];
  const args = [
    ...shared,
    ...runtime,
    "-pthread",
    "-o",
    draft,
    ...objects,
    ...frameworks,
  ];
  await tool(compiler, args, "linking libmamba");
  await Deno.rename(draft, path);
}

async function tool(compiler: Compiler, args: string[], what: string) {
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

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function osOf(target: string | undefined): typeof Deno.build.os {
  if (target === undefined) return Deno.build.os;
  return target.includes("apple") ? "darwin" : "linux";
}
