/**
 * Every function of the run shim and every rule of the runtime, against plain
 * loops in C++.
 */
import { assertMatch } from "@std/assert";
import { buildProgram, runProgram } from "./runtime/program.ts";
import { test } from "./tools.ts";

const PARTS = {
  sources: [
    "operations_main.cpp",
    "arithmetic_cases.cpp",
    "place_cases.cpp",
    "simd_cases.cpp",
    "flop_cases.cpp",
  ],
  kernels: [
    "arithmetic.metal",
    "places.metal",
    "simd.metal",
    "matrices.metal",
    "flops.metal",
  ],
};
const SCHEDULES = ["0", "1", "2", "3", "4", "5", "6", "7", "8"];

for (const checked of [false, true]) {
  const mode = checked ? "checked" : "fast";
  test(`run() computes what the kernels say, ${mode}, in any order`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const program = await buildProgram(folder, { ...PARTS, checked });
      for (const schedule of SCHEDULES) {
        const text = await runProgram(program, [schedule, ...program.hashes]);
        assertMatch(text, /^\d+ passed, 0 failed\n$/, `schedule ${schedule}`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
