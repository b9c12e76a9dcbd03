import { dirname, join } from "node:path";
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
  isApple,
  linkFlags,
  readSources,
  type Sources,
  withIncludes,
} from "./native_sources.ts";
import {
  type CompileJob,
  compileObjects,
  isThere,
  runCompiler,
} from "./native_objects.ts";
import {
  digest,
  exclusively,
  inProject,
  readTextIfThere,
  writeWhole,
} from "./project.ts";

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
export interface Stamp {
  /** A digest of the sources and of how they are built. */
  sources: string;
  /** What the compiler is known by; empty if there is none. */
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
  if (compiler !== undefined) {
    return await buildOnce(
      { path, stamp, force },
      () => build(compiler, sources, directory, path),
    );
  }
  if (force || !await isCurrent(path, stamp)) throw missingCompiler({ target });
  return { path, built: false };
}

/**
 * Builds a file unless it is there and was made from the same. Of two builds
 * at the same time one waits for the other.
 */
export async function buildOnce(
  { path, stamp, force = false }: {
    path: string;
    stamp: Stamp;
    force?: boolean;
  },
  build: () => Promise<void>,
): Promise<NativeBuild> {
  if (!force && await isCurrent(path, stamp)) return { path, built: false };
  return await exclusively(join(dirname(path), ".lock"), async () => {
    // Another process may have built it while this one waited.
    if (!force && await isCurrent(path, stamp)) return { path, built: false };
    await build();
    await writeWhole(`${path}.json`, JSON.stringify(stamp));
    return { path, built: true };
  });
}

/** What the library is made from: sources, how they are built, and by what. */
async function stampFor(
  sources: Sources,
  compiler: Compiler | undefined,
): Promise<Stamp> {
  const recipes = [
    "./native_build.ts",
    "./native_objects.ts",
    "./native_sources.ts",
  ].map((name) => Deno.readTextFile(new URL(name, import.meta.url)));
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
  const objects = await compileObjects(
    compiler,
    compileJobs(sources, compilations(sources, machine)),
    {
      folder: join(directory, "cache"),
      label: `Building libmamba for ${machine} with ${
        compiler.command.join(" ")
      }`,
    },
  );
  await linkLibrary(compiler, objects, path);
}

/** Compilations with the text that each depends on. */
export function compileJobs(
  sources: Sources,
  list: readonly { path: string; flags: string[] }[],
): CompileJob[] {
  return list.map(({ path, flags }) => ({
    source: path,
    flags,
    inputs: withIncludes(path, sources)
      .flatMap((file) => [file, sources.get(file) ?? ""]),
  }));
}

/**
 * Links a shared library.
 *
 * @param flags to add
 */
export async function linkLibrary(
  compiler: Compiler,
  objects: readonly string[],
  path: string,
  flags: readonly string[] = [],
) {
  const machine = await machineOf(compiler);
  const draft = `${path}.${crypto.randomUUID().slice(0, 8)}`;
  // A library that is carried to another machine brings its runtime along.
  const runtime = !isApple(machine) && await hasStaticRuntime(compiler)
    ? ["-static-libstdc++", "-static-libgcc", "-Wl,--exclude-libs,ALL"]
    : [];
  const args = [
    ...linkFlags(machine),
    ...runtime,
    ...flags,
    "-o",
    draft,
    ...objects,
  ];
  await runCompiler(compiler, args, "linking libmamba");
  await Deno.rename(draft, path);
}

function osOf(target: string | undefined): typeof Deno.build.os {
  if (target === undefined) return Deno.build.os;
  return target.includes("apple") ? "darwin" : "linux";
}
