import { buildNative } from "./native_build.ts";
import { TEST } from "./permissions.ts";
import { prepare } from "./prepare.ts";
import { run } from "./process.ts";
import { simulatedLibrary } from "./simulator.ts";

/** What the simulated GPU has no part in. */
const WITHOUT_DEVICE = [
  "tests/architecture_test.ts",
  "tests/fresh",
  "tests/metal",
  "tests/native",
  "tests/npm_only",
  "tests/tasks",
];

/**
 * `deno task test [--simulator[=checked]] [paths and options of deno test]`:
 * with a simulated GPU everything that computes runs on it.
 */
export async function test(args: string[]): Promise<number> {
  const { config } = await prepare();
  await buildNative();
  const simulator = args.find((arg) => /^--simulator(=checked)?$/.test(arg));
  const others = args.filter((arg) => arg !== simulator);
  const paths = others.some((arg) => !arg.startsWith("-")) ? [] : ["tests/"];
  return await run(Deno.execPath(), [
    "test",
    `--config=${config}`,
    ...TEST,
    ...simulator === undefined ? [] : [`--ignore=${WITHOUT_DEVICE}`],
    ...others,
    ...paths,
  ], {
    env: {
      // Keeps playwright-core from looking into /proc/sys when it is loaded,
      // for which Deno would have to be given every permission there is.
      __IS_WSL_TEST__: "1",
      ...simulator === undefined ? {} : await simulatedLibrary({
        checked: simulator.endsWith("=checked"),
      }),
    },
  });
}
