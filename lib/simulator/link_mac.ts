import { join } from "node:path";
import { compileJobs, linkLibrary } from "../tasks/native_build.ts";
import type { Compiler } from "../tasks/native_compiler.ts";
import { compileObjects } from "../tasks/native_objects.ts";
import { compilations, readSources } from "../tasks/native_sources.ts";
import { inProject } from "../tasks/project.ts";
import { simulatorCompiler } from "./build_compiler.ts";

/** What kinds of processor Macs have. */
export type MacProcessor = "arm64" | "x86_64";

/** The headers and libraries of a Mac, as far as libmamba needs them. */
const STUBS = inProject("metal", "simulator", "stubs");
const APPLE_HEADERS = inProject("metal", "simulator", "apple");

/** Parts of the compiler's own runtime, which there is none of here. */
const RUNTIME: Record<MacProcessor, readonly string[]> = {
  arm64: [],
  x86_64: ["___cpu_model", "___cpu_features2", "___cpu_indicator_init"],
};

/**
 * Builds the library of a Mac on this machine, as the task `native` does there:
 * the same files and flags, but for the optimisation, which would take long.
 * Nobody can run it, but what it asks of a Mac can be read from it.
 *
 * @returns its path
 * @throws {TaskError} if it does not compile without warnings, or asks for
 * something that the stubs do not have
 */
export async function linkForMac(processor: MacProcessor): Promise<string> {
  // Newer than the oldest system that it is built for, as most Macs are.
  const target = `${processor}-apple-darwin24`;
  const own = simulatorCompiler();
  const compiler: Compiler = {
    command: [...own.command, "-target", target, "-isysroot", STUBS],
    id: `${own.id} ${target}`,
  };
  const folder = inProject("metal", "build", "simulator", "mac", processor);
  const objects = await compileObjects(compiler, await macJobs(target), {
    folder: join(folder, "cache"),
    label: `Building libmamba for ${target}`,
  });
  const path = join(folder, "libmamba.dylib");
  await linkLibrary(compiler, objects, path, [
    "-fuse-ld=lld",
    "-Wl,-fatal_warnings",
    ...RUNTIME[processor].map((name) => `-Wl,-U,${name}`),
  ]);
  return path;
}

async function macJobs(target: string) {
  const sources = await readSources();
  const headers = await headerTexts();
  const list = compilations(sources, target).map(({ path, flags }) => ({
    path,
    flags: [
      ...flags.filter((flag) => !flag.startsWith("-O")),
      "-O1",
      "-Werror",
      `-I${APPLE_HEADERS}`,
      // libc++ as a Mac has it: before the system's own.
      `-isystem${join(STUBS, "c++")}`,
    ],
  }));
  return compileJobs(sources, list)
    .map((job) => ({ ...job, inputs: [...job.inputs, ...headers] }));
}

/** The text of everything that stands for the SDK's headers. */
async function headerTexts(): Promise<string[]> {
  const texts: string[] = [];
  const read = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory) await read(path);
      else texts.push(await Deno.readTextFile(path));
    }
  };
  await read(APPLE_HEADERS);
  await read(join(STUBS, "c++"));
  await read(join(STUBS, "usr", "include"));
  return texts.sort();
}
