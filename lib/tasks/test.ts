import { missingGpu } from "./gpu.ts";
import { buildNative } from "./native_build.ts";
import { TEST } from "./permissions.ts";
import { prepare } from "./prepare.ts";
import { run } from "./process.ts";
import { simulatedLibrary } from "./simulator.ts";
import { TaskError } from "./task_error.ts";

/** What a GPU has no part in, or has its part in without being asked for. */
const WITHOUT_DEVICE = [
  "tests/architecture_test.ts",
  "tests/fresh",
  "tests/metal",
  "tests/native",
  "tests/npm_only",
  "tests/tasks",
];

/** Tests see neither the user's downloads and token, nor the hub itself. */
const WITHOUT_HUB: Record<string, string> = {
  HF_HOME: "/nowhere/huggingface",
  HF_HUB_CACHE: "/nowhere/huggingface/hub",
  HF_ENDPOINT: "http://127.0.0.1:9",
  HF_TOKEN: "",
  HF_TOKEN_PATH: "/nowhere/huggingface/token",
  HF_HUB_OFFLINE: "",
};

/**
 * `deno task test [--gpu | --simulator[=checked]] [paths and options of deno
 * test]`: with a GPU, real or simulated, everything that computes runs on it.
 */
export async function test(args: string[]): Promise<number> {
  const { config } = await prepare();
  await buildNative();
  const gpu = args.find((arg) => /^--(gpu|simulator(=checked)?)$/.test(arg));
  const others = args.filter((arg) => arg !== gpu);
  const paths = others.some((arg) => !arg.startsWith("-")) ? [] : ["tests/"];
  return await run(Deno.execPath(), [
    "test",
    `--config=${config}`,
    ...TEST,
    ...gpu === undefined ? [] : [`--ignore=${WITHOUT_DEVICE}`],
    ...others,
    ...paths,
  ], {
    env: {
      // Keeps playwright-core from looking into /proc/sys when it is loaded,
      // for which Deno would have to be given every permission there is.
      __IS_WSL_TEST__: "1",
      ...WITHOUT_HUB,
      ...gpu === undefined ? {} : await environmentOf(gpu, config),
    },
  });
}

/** What makes the tests compute on a GPU. */
async function environmentOf(
  gpu: string,
  config: string,
): Promise<Record<string, string>> {
  if (gpu !== "--gpu") {
    return await simulatedLibrary({ checked: gpu.endsWith("=checked") });
  }
  const reason = await missingGpu(config);
  if (reason === undefined) return { MAMBA_DEVICE: "metal" };
  throw new TaskError(
    `Cannot test on the GPU: ${reason}.`,
    "On Linux `deno task test --simulator` tests on a simulated one.",
  );
}
