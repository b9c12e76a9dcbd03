import { check } from "./check.ts";
import { test } from "./test.ts";

/** `deno task ok`: everything that CI runs. */
export async function ok(args: string[]): Promise<number> {
  const checked = await check([]);
  const tested = await test(args);
  // Elsewhere the GPU is real, or the simulator has not been tried.
  const simulated = Deno.build.os === "linux"
    ? await test(["--simulator", ...args])
    : 0;
  return checked || tested || simulated;
}
