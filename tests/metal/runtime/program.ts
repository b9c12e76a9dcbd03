/**
 * Builds programs of this folder with the simulator's runtime alone, and runs
 * them.
 *
 * @module
 */
import { assert } from "@std/assert";
import { fileURLToPath } from "node:url";
import { simulatorCompiler } from "../../../lib/simulator/build_compiler.ts";
import {
  kernelJobs,
  OBJECTS,
  readSimulatorSources,
  simulatorJobs,
} from "../../../lib/simulator/build_sources.ts";
import { translateKernel } from "../../../lib/simulator/translate_kernel.ts";
import {
  compileObjects,
  runCompiler,
} from "../../../lib/tasks/native_objects.ts";

/** The parts of a program, as names of files of this folder. */
export interface Parts {
  /** C++ sources. */
  sources: readonly string[];
  /** Kernel files. */
  kernels: readonly string[];
  /** Whether the kernels are instrumented. */
  checked: boolean;
}

/** A program that has been built. */
export interface Program {
  path: string;
  /** What the kernels' files are known by, in their order. */
  hashes: string[];
}

const HERE = fileURLToPath(new URL("./", import.meta.url));
const HARNESS = fileURLToPath(new URL("../../native/", import.meta.url));

/** Where a fixture lies. */
export function fixture(name: string): string {
  return HERE + name;
}

/**
 * Builds a program.
 *
 * @param folder where it goes
 */
export async function buildProgram(
  folder: string,
  { sources, kernels, checked }: Parts,
): Promise<Program> {
  const compiler = simulatorCompiler();
  const simulator = await readSimulatorSources();
  const paths = kernels.map(fixture);
  const runtime = simulatorJobs(simulator)
    .filter((job) => job.source.startsWith("simulator/runtime/"));
  const jobs = [
    ...await caseJobs(sources, [...simulator].flat()),
    ...runtime,
    ...await kernelJobs(paths, simulator, folder, { checked }),
  ];
  const objects = await compileObjects(compiler, jobs, {
    folder: OBJECTS,
    label: "Building programs with the simulator's runtime",
  });
  const path = `${folder}/program`;
  await runCompiler(
    compiler,
    ["-pthread", "-o", path, ...objects, "-ldl"],
    "linking the runtime's programs",
  );
  const translations = await Promise.all(
    paths.map((kernel) => translateKernel(kernel)),
  );
  return { path, hashes: translations.map(({ hash }) => `${hash}`) };
}

async function caseJobs(sources: readonly string[], simulator: string[]) {
  const paths = [
    ...sources.map(fixture),
    `${HARNESS}harness.cpp`,
  ];
  const headers = [fixture("call.h"), `${HARNESS}harness.h`];
  const texts = await Promise.all(
    [...paths, ...headers].map((path) => Deno.readTextFile(path)),
  );
  return paths.map((source) => ({
    source,
    flags: ["-std=c++17", "-Wall", "-Wextra", "-O1"],
    inputs: [source, ...texts, ...simulator],
  }));
}

/** Runs a program and returns what it printed, errors last. */
export async function runProgram(
  { path }: Program,
  args: readonly string[],
): Promise<string> {
  const { stdout, stderr, signal } = await new Deno.Command(path, {
    args: [...args],
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  assert(signal === null, `${args.join(" ")} ended with ${signal}: ${text}`);
  return text;
}
