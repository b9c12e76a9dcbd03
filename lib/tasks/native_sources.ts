import { dirname, extname, join, posix } from "node:path";
import { inProject } from "./project.ts";

/** Every source and header of the library: path below `metal/` → text. */
export type Sources = Map<string, string>;

/** The folders whose files make the library. */
export const FOLDERS: readonly string[] = [
  "core",
  "quant",
  "ops",
  "models",
  "api",
  "api/self_test",
  "backend/reference",
  "backend/cpu",
  "backend/cpu/quant",
  "backend/cpu/simd",
  // Training, which nothing above needs.
  "train",
  "api/train",
  "backend/reference/backward",
  "backend/cpu/backward",
];

/** The folders that a library for a Mac has besides. */
export const METAL_FOLDERS: readonly string[] = [
  "backend/metal",
  "backend/metal/backward",
];

/** The text of the GPU's kernels, which the library carries. */
export const KERNEL_FOLDER = "backend/metal/kernels";

/** The source that the assembler puts the kernels' text into. */
const KERNEL_READER = "backend/metal/kernel_source.cpp";

/** What a library for a Mac links. */
const FRAMEWORKS: readonly string[] = ["Metal", "Foundation", "Accelerate"];

/**
 * The oldest system that a library for a Mac runs on, for compiling and
 * linking. The compiler's own default is the system that it runs on.
 */
const APPLE_FLAGS: readonly string[] = ["-mmacosx-version-min=12.3"];

/** Flags of Objective-C++ files. */
export const OBJECTIVE_FLAGS: readonly string[] = ["-fobjc-arc", "-fblocks"];

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
  vnni: {
    machine: /^(x86_64|amd64)/,
    flags: [
      "-mavx512f",
      "-mavx512bw",
      "-mavx512vl",
      "-mavx512dq",
      "-mavx512vnni",
      "-mfma",
      "-mf16c",
    ],
  },
  neon: { machine: /^(aarch64|arm64)/, flags: [] },
  dotprod: {
    machine: /^(aarch64|arm64)/,
    flags: ["-march=armv8.2-a+dotprod"],
  },
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
  const folders = [...FOLDERS, ...METAL_FOLDERS, KERNEL_FOLDER, "include"];
  for (const folder of folders) {
    for (const name of await filesIn(join(root, folder))) {
      if (![".cpp", ".mm", ".h", ".metal"].includes(extname(name))) continue;
      const path = `${folder}/${name}`;
      sources.set(path, await Deno.readTextFile(join(root, path)));
    }
  }
  return sources;
}

/** Whether a machine is a Mac: its library has the Metal backend. */
export function isApple(machine: string): boolean {
  return machine.includes("apple");
}

/** The files to compile for a machine, each with its own flags. */
export function compilations(
  sources: Sources,
  machine: string,
  metal: boolean = isApple(machine),
): { path: string; flags: string[] }[] {
  const list: { path: string; flags: string[] }[] = [];
  const common = [
    ...COMPILE_FLAGS,
    ...isApple(machine) ? APPLE_FLAGS : [],
    ...metal ? ["-DMAMBA_METAL=1"] : [],
  ];
  for (const path of [...sources.keys()].sort()) {
    if (!/\.(cpp|mm)$/.test(path)) continue;
    if (!metal && path.startsWith("backend/metal/")) continue;
    const set = /\/isa_(\w+)\.cpp$/.exec(path)?.[1];
    if (path.endsWith(".mm")) {
      list.push({ path, flags: [...common, ...OBJECTIVE_FLAGS] });
    } else if (set === undefined) {
      list.push({ path, flags: common });
    } else if (INSTRUCTION_SETS[set]?.machine.test(machine)) {
      list.push({ path, flags: [...common, ...INSTRUCTION_SETS[set].flags] });
    }
  }
  return list;
}

/** The flags that make a shared library of objects, for a machine. */
export function linkFlags(machine: string): string[] {
  if (!isApple(machine)) {
    return ["-shared", "-Wl,-soname,libmamba.so", "-Wl,-z,defs", "-pthread"];
  }
  return [
    "-dynamiclib",
    "-install_name",
    "@rpath/libmamba.dylib",
    // Templates of the C++ library would be exported otherwise.
    "-Wl,-exported_symbol,_mamba_*",
    ...APPLE_FLAGS,
    "-pthread",
    ...FRAMEWORKS.flatMap((name) => ["-framework", name]),
  ];
}

/**
 * The files that a source includes, itself first, through all levels.
 *
 * @throws {Error} if one is in no folder of the library: it could change
 * without anything being built
 */
export function withIncludes(path: string, sources: Sources): string[] {
  const seen = new Set([path]);
  if (path === KERNEL_READER) {
    for (const file of sources.keys()) {
      if (file.startsWith(`${KERNEL_FOLDER}/`)) seen.add(file);
    }
  }
  // A Set hands out what is added while it is walked.
  for (const file of seen) {
    const text = sources.get(file) ?? "";
    for (
      const [, name = ""] of text.matchAll(
        /^\s*#\s*(?:include|import)\s+"([^"]+)"/gm,
      )
    ) {
      // Only its own builds see what is the simulator's.
      if (name.startsWith("simulator/")) continue;
      const beside = posix.normalize(`${dirname(file)}/${name}`);
      const found = [beside, posix.normalize(name)].find((p) => sources.has(p));
      if (found === undefined) {
        throw new Error(`metal/${file} includes "${name}", which is not there`);
      }
      seen.add(found);
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
