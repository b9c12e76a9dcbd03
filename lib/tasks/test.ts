import { buildNative } from "./native_build.ts";
import { TEST } from "./permissions.ts";
import { prepare } from "./prepare.ts";
import { run } from "./process.ts";

/** `deno task test [paths and options of deno test]` */
export async function test(args: string[]): Promise<number> {
  const { config } = await prepare();
  await buildNative();
  const paths = args.some((arg) => !arg.startsWith("-")) ? [] : ["tests/"];
  return await run(Deno.execPath(), [
    "test",
    `--config=${config}`,
    ...TEST,
    ...args,
    ...paths,
  ], {
    // Keeps playwright-core from looking into /proc/sys when it is loaded,
    // for which Deno would have to be given every permission there is.
    env: { __IS_WSL_TEST__: "1" },
  });
}
