import { buildNative } from "./native_build.ts";
import { BENCH } from "./permissions.ts";
import { prepare } from "./prepare.ts";
import { run } from "./process.ts";

/** `deno task bench`: decode and prefill on this machine. */
export async function bench(args: string[]): Promise<number> {
  const { config } = await prepare({ announce: false });
  await buildNative();
  return await run(Deno.execPath(), [
    "run",
    `--config=${config}`,
    ...BENCH,
    "lib/cli/main.ts",
    "bench",
    ...args,
  ]);
}
