import { join } from "node:path";
import {
  buildOnce,
  compileJobs,
  linkLibrary,
  type NativeBuild,
} from "../tasks/native_build.ts";
import { type Compiler, machineOf } from "../tasks/native_compiler.ts";
import { compileObjects } from "../tasks/native_objects.ts";
import {
  compilations,
  KERNEL_FOLDER,
  readSources,
  type Sources,
} from "../tasks/native_sources.ts";
import { digest, inProject } from "../tasks/project.ts";
import { simulatorCompiler } from "./build_compiler.ts";
import {
  HOST_FLAGS,
  kernelJobs,
  OBJECTS,
  QUIET_FLAGS,
  readSimulatorSources,
  simulatorJobs,
  type SimulatorOptions,
  withAppleHeaders,
} from "./build_sources.ts";

/** Where everything that is built for the simulator goes. */
const DIRECTORY = inProject("metal", "build", "simulator");

/**
 * Builds a `libmamba` for this machine whose device "metal" is the simulated
 * one: all of the library with its Metal backend, the kernels as C++, and the
 * simulator. It is opened like any other (`MAMBA_LIBRARY`). Nothing is done if
 * nothing has changed since the last time.
 *
 * @throws {TaskError} without clang 19, or if something does not compile
 */
export async function buildSimulator(
  { checked }: SimulatorOptions,
): Promise<NativeBuild> {
  const compiler = simulatorCompiler();
  const sources = await readSources();
  const simulator = await readSimulatorSources();
  const mode = checked ? "checked" : "fast";
  const path = join(DIRECTORY, mode, "libmamba.so");
  const stamp = {
    sources: await digest([
      ...await recipes(),
      ...[...sources, ...simulator].flat(),
    ]),
    compiler: compiler.id,
  };
  return await buildOnce({ path, stamp }, async () => {
    const objects = await simulatedObjects(compiler, { checked });
    // The thread that plays the GPU outlives whoever opens the library.
    await linkLibrary(compiler, objects, path, ["-Wl,-z,nodelete"]);
  });
}

/** The objects of the library with its Metal backend, and of the simulator. */
export async function simulatedObjects(
  compiler: Compiler,
  { checked }: SimulatorOptions,
): Promise<string[]> {
  const sources = await readSources();
  const simulator = await readSimulatorSources();
  const mode = checked ? "checked" : "fast";
  const kernels = join(DIRECTORY, mode, "kernels");
  const jobs = [
    ...await libraryJobs(compiler, sources, simulator),
    ...simulatorJobs(simulator),
    ...await kernelJobs(kernelPaths(sources), simulator, kernels, { checked }),
  ];
  return await compileObjects(compiler, jobs, {
    folder: OBJECTS,
    label: `Building libmamba with a simulated GPU (${mode})`,
  });
}

async function libraryJobs(
  compiler: Compiler,
  sources: Sources,
  simulator: Sources,
) {
  const list = compilations(sources, await machineOf(compiler), true)
    .map(({ path, flags }) => ({
      path,
      flags: [
        ...flags,
        ...QUIET_FLAGS,
        ...path.endsWith(".mm") ? [...HOST_FLAGS, "-DMAMBA_SIMULATOR=1"] : [],
      ],
    }));
  return withAppleHeaders(compileJobs(sources, list), simulator);
}

function kernelPaths(sources: Sources): string[] {
  return [...sources.keys()]
    .filter((path) => path.startsWith(`${KERNEL_FOLDER}/`))
    .filter((path) => path.endsWith(".metal"))
    .map((path) => inProject("metal", path));
}

/** The text of all that decides how it is built. */
async function recipes(): Promise<string[]> {
  const texts: string[] = [];
  for (const folder of ["lib/simulator", "lib/tasks"]) {
    for await (const { name } of Deno.readDir(inProject(folder))) {
      if (folder === "lib/tasks" && !name.startsWith("native_")) continue;
      texts.push(await Deno.readTextFile(inProject(folder, name)));
    }
  }
  return texts.sort();
}
