import { check } from "./check.ts";
import { missingGpu, tellUntested } from "./gpu.ts";
import { prepare } from "./prepare.ts";
import { test } from "./test.ts";

/** `deno task ok`: everything that CI runs. */
export async function ok(args: string[]): Promise<number> {
  const checked = await check([]);
  const tested = await test(args);
  const testedOnGpu = await testOnGpu(args);
  return checked || tested || testedOnGpu;
}

/** The tests again, on a GPU: simulated on Linux, real elsewhere. */
async function testOnGpu(args: string[]): Promise<number> {
  if (Deno.build.os === "linux") return await test(["--simulator", ...args]);
  const { config } = await prepare({ announce: false });
  const reason = await missingGpu(config);
  if (reason === undefined) return await test(["--gpu", ...args]);
  tellUntested(reason);
  return 0;
}
