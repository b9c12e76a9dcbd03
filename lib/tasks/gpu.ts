import { CLI } from "./permissions.ts";
import { capture } from "./process.ts";
import { tell } from "./project.ts";
import { TaskError } from "./task_error.ts";

/**
 * Why the library has no GPU to test here; undefined if it has one. Whether
 * that computes rightly is for the tests to say.
 *
 * @param config the configuration file for Deno
 */
export async function missingGpu(config: string): Promise<string | undefined> {
  const { stdout, stderr } = await capture(Deno.execPath(), [
    "run",
    `--config=${config}`,
    ...CLI,
    "lib/cli/main.ts",
    "doctor",
    "--json",
  ], { env: { MAMBA_SELF_TEST: "off", NO_COLOR: "1" } });
  try {
    const devices: { name: string; available: boolean; reason: string }[] =
      JSON.parse(stdout).devices;
    const gpu = devices.find(({ name }) => name === "metal");
    return gpu?.available ? undefined : gpu?.reason ?? "no library opens";
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new TaskError(
      `Cannot ask for the GPU: ${stderr.trim() || "doctor said nothing"}`,
      "`deno task mamba doctor` says what works here.",
    );
  }
}

/** Tells that nothing was tested on a GPU, where nobody can overlook it. */
export function tellUntested(reason: string) {
  tell(`warning: nothing was tested on a GPU: ${reason}`);
  // GitHub shows such a line with the run.
  if (Deno.env.get("GITHUB_ACTIONS") === "true") {
    console.log(`::warning title=Nothing was tested on a GPU::${reason}`);
  }
}
