import { join } from "node:path";
import { inProject } from "../tasks/project.ts";
import { COMPILE_FLAGS, type Sources } from "../tasks/native_sources.ts";
import type { CompileJob } from "../tasks/native_objects.ts";
import { compileJobs } from "../tasks/native_build.ts";
import { countFlops } from "./count_flops.ts";
import { kernelFlags } from "./kernel_flags.ts";
import { translateKernel } from "./translate_kernel.ts";

/** Options of everything that is built for the simulator. */
export interface SimulatorOptions {
  /** Instrument the kernels: races, overruns and the like are found. */
  checked: boolean;
}

/** The folders of the simulator that are compiled, below `metal/`. */
const FOLDERS = ["runtime", "objc", "device"].map((name) =>
  `simulator/${name}`
);

/** The headers that stand for Apple's, and the shim that kernels include. */
const HEADERS = [
  "simulator/apple/Foundation",
  "simulator/apple/Metal",
  "simulator/shim",
];

/** Where the objects of all that is built for the simulator are kept. */
export const OBJECTS = inProject("metal", "build", "simulator", "cache");

/** What clang 19 need not say of the headers of older C++ libraries. */
export const QUIET_FLAGS: readonly string[] = ["-Wno-deprecated-declarations"];

/** What makes Objective-C++ with Apple's headers compile on Linux. */
export const HOST_FLAGS: readonly string[] = [
  "-fobjc-runtime=gnustep-2.0",
  "-fobjc-arc",
  "-fblocks",
  "-Isimulator/apple",
];

/** Reads the simulator's sources and headers: path below `metal/` → text. */
export async function readSimulatorSources(): Promise<Sources> {
  const sources: Sources = new Map();
  for (const folder of [...FOLDERS, ...HEADERS]) {
    const entries = await Array.fromAsync(
      Deno.readDir(inProject("metal", folder)),
    );
    for (const { name } of entries.filter((entry) => entry.isFile)) {
      const path = `${folder}/${name}`;
      sources.set(path, await Deno.readTextFile(inProject("metal", path)));
    }
  }
  return new Map([...sources].sort(([a], [b]) => a < b ? -1 : 1));
}

/** The text of the headers of the folders whose names begin so. */
export function headersOf(sources: Sources, folder: string): string[] {
  return [...sources].filter(([path]) => path.startsWith(folder)).flat();
}

/** What compiles the simulator itself: runtime, Objective-C, device. */
export function simulatorJobs(sources: Sources): CompileJob[] {
  const common = [...COMPILE_FLAGS, ...QUIET_FLAGS, "-g1"];
  const list = [...sources.keys()]
    .filter((path) => FOLDERS.some((folder) => path.startsWith(folder)))
    .filter((path) => /\.(cpp|mm)$/.test(path))
    .map((path) => ({
      path,
      flags: path.endsWith(".mm") ? [...common, ...HOST_FLAGS] : common,
    }));
  return withAppleHeaders(compileJobs(sources, list), sources);
}

/** Objective-C++ depends on Apple's headers too. */
export function withAppleHeaders(
  jobs: readonly CompileJob[],
  sources: Sources,
): CompileJob[] {
  const apple = headersOf(sources, "simulator/apple/");
  return jobs.map((job) =>
    job.source.endsWith(".mm")
      ? { ...job, inputs: [...job.inputs, ...apple] }
      : job
  );
}

/**
 * What compiles kernel files, which are translated on the way.
 *
 * @param paths of `.metal` files
 * @param folder where their C++ goes
 */
export async function kernelJobs(
  paths: readonly string[],
  sources: Sources,
  folder: string,
  { checked }: SimulatorOptions,
): Promise<CompileJob[]> {
  await Deno.mkdir(folder, { recursive: true });
  const shim = headersOf(sources, "simulator/shim/");
  const counting = await Deno.readTextFile(
    new URL("./count_flops.ts", import.meta.url),
  );
  return await Promise.all(paths.map(async (path) => {
    const { cpp } = await translateKernel(path);
    const stem = path.slice(path.lastIndexOf("/") + 1).replace(/\.metal$/, "");
    const source = join(folder, `${stem}.cpp`);
    await Deno.writeTextFile(source, cpp);
    const flags = kernelFlags({ checked });
    const inputs = [cpp, ...shim];
    return checked
      ? { source, flags, inputs: [...inputs, counting], rewrite: countFlops }
      : { source, flags, inputs };
  }));
}
