import { join } from "node:path";
import { compileObjects, runCompiler } from "../tasks/native_objects.ts";
import { COMPILE_FLAGS, readSources } from "../tasks/native_sources.ts";
import { inProject } from "../tasks/project.ts";
import { simulatorCompiler } from "./build_compiler.ts";
import { simulatedObjects } from "./build_library.ts";
import {
  OBJECTS,
  QUIET_FLAGS,
  type SimulatorOptions,
} from "./build_sources.ts";

const TESTS = inProject("tests", "native");

/**
 * Builds programs of `tests/native` with the simulator, so that the device
 * "metal" is among those that they test.
 *
 * @param names such as `ops_test`
 * @param folder where the programs go, under their names
 */
export async function buildNativeTests(
  names: readonly string[],
  folder: string,
  options: SimulatorOptions,
): Promise<void> {
  const compiler = simulatorCompiler();
  const library = await simulatedObjects(compiler, options);
  const texts = await readTests();
  const inputs = [...texts, ...await readSources()].flat();
  const wanted = [...texts.keys()].filter((file) =>
    file.endsWith(".cpp") &&
    (!file.endsWith("_test.cpp") || names.includes(file.slice(0, -4)))
  );
  const flags = [...COMPILE_FLAGS, ...QUIET_FLAGS, "-DMAMBA_METAL=1"];
  const objects = await compileObjects(
    compiler,
    wanted.map((file) => ({
      source: join(TESTS, file),
      flags: [...flags, `-I${TESTS}`],
      inputs,
    })),
    { folder: OBJECTS, label: "Building native tests with a simulated GPU" },
  );
  await Deno.mkdir(folder, { recursive: true });
  const helpers = objects.filter((_, i) => !wanted[i]!.endsWith("_test.cpp"));
  for (const name of names) {
    const own = objects[wanted.indexOf(`${name}.cpp`)]!;
    await runCompiler(
      compiler,
      ["-pthread", "-o", join(folder, name), own, ...helpers, ...library],
      `linking ${name}`,
    );
  }
}

/** The sources and headers of the tests: file name → text. */
async function readTests(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for await (const { name } of Deno.readDir(TESTS)) {
    if (!/\.(cpp|h)$/.test(name)) continue;
    texts.set(name, await Deno.readTextFile(join(TESTS, name)));
  }
  return new Map([...texts].sort(([a], [b]) => a < b ? -1 : 1));
}
