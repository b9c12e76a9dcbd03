import { buildNative } from "./native_build.ts";
import { buildPages } from "./pages.ts";
import { server } from "./permissions.ts";
import { prepare } from "./prepare.ts";
import { run } from "./process.ts";

/** `deno task start`: builds what is missing and serves. */
export async function start(args: string[]): Promise<number> {
  const prepared = await prepare();
  await buildNative();
  await buildPages(prepared);
  return await serve(prepared.config, args);
}

/** Runs the server with the permissions that it needs. */
export function serve(config: string, args: string[]): Promise<number> {
  return run(Deno.execPath(), [
    "run",
    `--config=${config}`,
    ...server(args),
    "lib/cli/main.ts",
    "serve",
    ...args,
  ]);
}
