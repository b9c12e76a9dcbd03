import { buildSimulator } from "../simulator/build_library.ts";
import type { SimulatorOptions } from "../simulator/build_sources.ts";
import { TaskError } from "./task_error.ts";

/**
 * `deno task simulator [--checked]` prints the path of a library with a
 * simulated GPU: `MAMBA_LIBRARY=$(deno task simulator) deno task test`
 */
export async function simulator(args: string[]): Promise<number> {
  const other = args.find((arg) => arg !== "--checked");
  if (other !== undefined) {
    throw new TaskError(
      `Cannot build the Metal simulator: "${other}" is not an option.`,
      "The only option is --checked.",
    );
  }
  const { path } = await buildSimulator({ checked: args.length > 0 });
  console.log(path);
  return 0;
}

/** What makes a process compute on the simulated GPU: its environment. */
export async function simulatedLibrary(
  options: SimulatorOptions,
): Promise<Record<string, string>> {
  const { path } = await buildSimulator(options);
  return {
    MAMBA_LIBRARY: path,
    MAMBA_DEVICE: "metal",
    // The tests are a better test, and every process would run its own.
    MAMBA_SELF_TEST: "off",
  };
}
