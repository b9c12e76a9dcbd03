import { dirname, extname, join, posix } from "node:path";
import { inProject } from "./project.ts";

/** Every source and header of the library: path below `metal/` → text. */
export type Sources = Map<string, string>;

/** The folders whose `.cpp` files make the library. */
export const FOLDERS: readonly string[] = [
  "core",
  "quant",
  "ops",
  "models",
  "api",
  "backend/reference",
  "backend/cpu",
  // Training, which nothing above needs.
  "train",
  "api/train",
  "backend/reference/backward",
  "backend/cpu/backward",
];

/** Flags of the files that are built for one instruction set each. */
const INSTRUCTION_SETS: Record<
  string,
  { machine: RegExp; flags: readonly string[] }
> = {
  avx512: {
    machine: /^(x86_64|amd64)/,
    flags: [
      "-mavx512f",
      "-mavx512bw",
      "-mavx512vl",
      "-mavx512dq",
      "-mfma",
      "-mf16c",
    ],
  },
  avx2: { machine: /^(x86_64|amd64)/, flags: ["-mavx2", "-mfma", "-mf16c"] },
  neon: { machine: /^(aarch64|arm64)/, flags: [] },
};

/** Flags of every file; `metal/Makefile` has the same (a test compares). */
export const COMPILE_FLAGS: readonly string[] = [
  "-std=c++17",
  "-fPIC",
  "-fvisibility=hidden",
  "-fvisibility-inlines-hidden",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-Wall",
  "-Wextra",
  "-pthread",
  "-O3",
];

/** Reads the library's sources and headers. */
export async function readSources(
  root: string = inProject("metal"),
): Promise<Sources> {
  const sources: Sources = new Map();
  for (const folder of [...FOLDERS, "include"]) {
    for (const name of await filesIn(join(root, folder))) {
      if (![".cpp", ".h"].includes(extname(name))) continue;
      const path = `${folder}/${name}`;
      sources.set(path, await Deno.readTextFile(join(root, path)));
    }
  }
  return sources;
}

/** The files to compile for a machine, each with its own flags. */
export function compilations(
  sources: Sources,
  machine: string,
): { path: string; flags: string[] }[] {
  const list: { path: string; flags: string[] }[] = [];
  for (const path of [...sources.keys()].sort()) {
    if (!path.endsWith(".cpp")) continue;
    const set = /\/isa_(\w+)\.cpp$/.exec(path)?.[1];
    if (set === undefined) {
      list.push({ path, flags: [...COMPILE_FLAGS] });
      continue;
    }
    const own = INSTRUCTION_SETS[set];
    if (own?.machine.test(machine)) {
      list.push({ path, flags: [...COMPILE_FLAGS, ...own.flags] });
    }
  }
  return list;
}

/** The files that a source includes, itself first, through all levels. */
export function withIncludes(path: string, sources: Sources): string[] {
  const seen = new Set([path]);
  // A Set hands out what is added while it is walked.
  for (const file of seen) {
    const text = sources.get(file) ?? "";
    for (
      const [, name = ""] of text.matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)
    ) {
      const beside = posix.normalize(`${dirname(file)}/${name}`);
      const found = [beside, posix.normalize(name)].find((p) => sources.has(p));
      if (found !== undefined) seen.add(found);
    }
  }
  return [...seen];
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter((entry) => entry.isFile).map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
