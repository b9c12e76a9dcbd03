import { buildNative } from "./native_build.ts";
import { TEST } from "./permissions.ts";
import { prepare } from "./prepare.ts";
import { run } from "./process.ts";

/**
 * `deno task screenshots [folder [pages]]`: pictures of every page of the
 * navigation, narrow and wide, light and dark; needs Chromium.
 */
export async function screenshots(args: string[]): Promise<number> {
  const { config } = await prepare();
  await buildNative();
  return await run(Deno.execPath(), [
    "run",
    `--config=${config}`,
    ...TEST,
    "tests/web/browser/take_screenshots.ts",
    ...args,
  ], {
    // See `deno task test`.
    env: { __IS_WSL_TEST__: "1" },
  });
}
