import { buildNative } from "./native_build.ts";
import { buildPages } from "./pages.ts";
import { cli } from "./permissions.ts";
import { prepare } from "./prepare.ts";
import { run } from "./process.ts";
import { serve } from "./start.ts";

/** `deno task mamba <verb> …`: the command line. */
export async function mamba(args: string[]): Promise<number> {
  const [verb, ...rest] = args;
  const prepared = await prepare({ announce: verb === "serve" });
  await buildNative();
  if (verb === "serve") {
    await buildPages(prepared);
    return await serve(prepared.config, rest);
  }
  return await run(Deno.execPath(), [
    "run",
    `--config=${prepared.config}`,
    ...cli(args),
    "lib/cli/main.ts",
    ...args,
  ]);
}
