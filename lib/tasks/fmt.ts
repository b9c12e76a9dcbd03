import { formatNative } from "./native_format.ts";
import { prepare } from "./prepare.ts";
import { run } from "./process.ts";

/** `deno task fmt`: formats TypeScript, Markdown and native sources. */
export async function fmt(_args: string[]): Promise<number> {
  const { config } = await prepare();
  const formatted = await run(Deno.execPath(), ["fmt", `--config=${config}`]);
  return formatted || await formatNative(config, { check: false });
}
