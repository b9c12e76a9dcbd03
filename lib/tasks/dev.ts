import { buildNative } from "./native_build.ts";
import { vite } from "./pages.ts";
import { prepare } from "./prepare.ts";

/** `deno task dev`: Vite's server, which follows every change. */
export async function dev(args: string[]): Promise<number> {
  const { config } = await prepare();
  await buildNative();
  return await vite(config, ["dev", "--clearScreen=false", ...args]);
}
