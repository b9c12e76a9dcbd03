/**
 * The Metal backend as a guest of Metal: whatever happens, it gives back what
 * it took, waits for what it began, and says what went wrong.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { buildSimulator } from "../../lib/simulator/build_library.ts";
import { finish, start } from "../cli/cli_process.ts";
import { test } from "./tools.ts";

const PROGRAM = fileURLToPath(new URL("host/use_gpu.ts", import.meta.url));

/** What the simulator has counted after a round of `use_gpu.ts`. */
interface Round {
  /** What was thrown; empty if nothing was. */
  error: string;
  /** What the checks found; empty if nothing. */
  found: string;
  liveObjects: number;
  unpooled: number;
  unfinished: number;
  bufferBytes: number;
}

async function useGpu(
  env: Record<string, string> = {},
  { checked = false } = {},
): Promise<Round[]> {
  const { path } = await buildSimulator({ checked });
  const { code, stdout, stderr } = await finish(start(PROGRAM, {
    permissions: ["-A"],
    env: { MAMBA_LIBRARY: path, MAMBA_SELF_TEST: "off", ...env },
  }));
  assertEquals(code, 0, stderr);
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

/** After a round only the device and what it has compiled is left. */
function assertTidy(rounds: Round[]) {
  for (const round of rounds) {
    const { found, unpooled, unfinished, bufferBytes } = round;
    assertEquals(
      { found, unpooled, unfinished, bufferBytes },
      { found: "", unpooled: 0, unfinished: 0, bufferBytes: 0 },
    );
  }
  const [, second, third] = rounds;
  assertEquals(third?.liveObjects, second?.liveObjects);
}

for (const checked of [false, true]) {
  const mode = checked ? "checked" : "fast";
  test(`models leave nothing on the simulated GPU (${mode})`, async () => {
    const rounds = await useGpu({}, { checked });
    assertEquals(rounds.map(({ error }) => error), ["", "", ""]);
    assertTidy(rounds);
  });
}

test("what a failed command buffer leaves is given back, and the next works", async () => {
  const rounds = await useGpu({ SIMULATOR_GPU_ERROR: "5" });
  const [first, ...others] = rounds.map(({ error }) => error);
  assertMatch(first!, /^Cannot finish the GPU's work: .*GPU Timeout Error/);
  assertEquals(others, ["", ""]);
  assertTidy(rounds);
  const [, { liveObjects }] = await useGpu() as [Round, Round];
  assertEquals(rounds[1]!.liveObjects, liveObjects);
});

/** What the device is made to be → what every round meets. */
const ERRORS: [Record<string, string>, RegExp][] = [
  [
    { SIMULATOR_BREAK_KERNEL: "copy" },
    /^Cannot compile the GPU kernels of arrays\.metal: .*error: use of undecl/s,
  ],
  [
    { SIMULATOR_MAX_THREADS: "64" },
    /^Cannot run the GPU kernel \w+: it wants 256 threads, this GPU takes 64; use the cpu$/,
  ],
  [
    { SIMULATOR_WORKING_SET: "10000" },
    /Cannot load the model on this device: its weights take .* GB in F32, the device can work with /,
  ],
];

for (const [env, wanted] of ERRORS) {
  const setting = Object.entries(env).flat().join("=");
  test(`with ${setting} a model says what is wrong and leaves nothing`, async () => {
    const rounds = await useGpu(env);
    for (const { error } of rounds) assertMatch(error, wanted);
    assertTidy(rounds);
  });
}
