/**
 * Builds the hosts of this folder with the simulator, and runs their cases.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { simulatorCompiler } from "../../../lib/simulator/build_compiler.ts";
import {
  HOST_FLAGS,
  kernelJobs,
  OBJECTS,
  QUIET_FLAGS,
  readSimulatorSources,
  simulatorJobs,
} from "../../../lib/simulator/build_sources.ts";
import {
  compileObjects,
  runCompiler,
} from "../../../lib/tasks/native_objects.ts";

/** What a case said and how it ended. */
export interface Outcome {
  /** The lines "name: value" of its output; later lines of a value joined. */
  said: Record<string, string>;
  /** What follows "Metal API misuse: "; empty if there was none. */
  misuse: string;
  /** The signal that ended it, or null. */
  signal: string | null;
}

const HERE = fileURLToPath(new URL("./", import.meta.url));
const KERNELS = `${HERE}kernels.metal`;

/**
 * Builds the program with all cases.
 *
 * @param folder where it goes
 */
export async function buildHost(
  folder: string,
  { checked }: { checked: boolean },
): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const compiler = simulatorCompiler();
  const sources = await readSimulatorSources();
  const jobs = [
    ...await hostJobs([...sources].flat()),
    ...simulatorJobs(sources),
    ...await kernelJobs([KERNELS], sources, folder, { checked }),
  ];
  const objects = await compileObjects(compiler, jobs, {
    folder: OBJECTS,
    label: "Building hosts with a simulated GPU",
  });
  const program = `${folder}/host`;
  await runCompiler(
    compiler,
    ["-pthread", "-o", program, ...objects],
    "linking the hosts",
  );
  return program;
}

async function hostJobs(simulator: string[]) {
  const names = (await Array.fromAsync(Deno.readDir(HERE)))
    .map((entry) => entry.name).filter((name) => /\.(mm|h)$/.test(name)).sort();
  const texts = await Promise.all(
    names.map((name) => Deno.readTextFile(HERE + name)),
  );
  const flags = ["-std=c++17", "-Wall", "-O1", ...QUIET_FLAGS, ...HOST_FLAGS];
  return names.filter((name) => name.endsWith(".mm")).map((name) => ({
    source: HERE + name,
    flags,
    inputs: [...texts, ...simulator],
  }));
}

/** Runs one case of the program. */
export async function runCase(
  program: string,
  name: string,
  env: Record<string, string> = {},
): Promise<Outcome> {
  const { stdout, stderr, signal, code } = await new Deno.Command(program, {
    args: [name, KERNELS],
    env,
  }).output();
  const decoder = new TextDecoder();
  if (code === 3) throw new Error(`There is no case ${name}`);
  const misuse = /Metal API misuse: (.*)/.exec(decoder.decode(stderr));
  return {
    said: parse(decoder.decode(stdout)),
    misuse: misuse?.[1] ?? "",
    signal,
  };
}

function parse(output: string): Record<string, string> {
  const said: Record<string, string> = {};
  let last = "";
  for (const line of output.split("\n")) {
    const match = /^([a-z0-9]+): (.*)$/.exec(line);
    if (match !== null) {
      last = match[1] ?? "";
      said[last] = match[2] ?? "";
    } else if (last !== "" && line !== "") {
      said[last] += `\n${line}`;
    }
  }
  return said;
}
