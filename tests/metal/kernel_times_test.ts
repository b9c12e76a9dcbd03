/**
 * The times of single kernels as a Mac tells them, on the simulated GPU, whose
 * times mean nothing: that each dispatch is counted, with the bytes that it
 * moves, and that without a profile nothing is different.
 */
import { assertEquals, assertLess } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { KernelTimesReport } from "../../lib/bench/bench_kernel_times.ts";
import type { KernelProfile } from "../../lib/native/kernel_profile.ts";
import type { KernelTime } from "../../lib/native/kernel_times.ts";
import { buildSimulator } from "../../lib/simulator/build_library.ts";
import { finish, start } from "../cli/cli_process.ts";
import { test } from "./tools.ts";

const PROGRAM = fileURLToPath(new URL("host/time_kernels.ts", import.meta.url));

/** A line of `time_kernels.ts`. */
interface Round {
  title: string;
  times: KernelTime[];
  counted: KernelProfile[];
  commandBuffers: {
    before: number;
    timed: number;
    after: number;
    /** Of eight tokens in one call. */
    ofEight: number;
  };
  found: string;
}

/** Kernel → what a decoded token had of it. */
function byKernel<T extends { kernel: string }>(
  list: readonly T[],
  figure: (entry: T) => number,
): Record<string, number> {
  return Object.fromEntries(list.map((entry) => [entry.kernel, figure(entry)]));
}

test("a profile of times has every dispatch, and the bytes that are moved", async (t) => {
  const { path } = await buildSimulator({ checked: true });
  const { code, stdout, stderr } = await finish(start(PROGRAM, {
    permissions: ["-A"],
    env: { MAMBA_LIBRARY: path, MAMBA_SELF_TEST: "off" },
  }));
  assertEquals(code, 0, stderr);
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const report: KernelTimesReport = lines.pop();
  for (const round of lines as Round[]) {
    await t.step(round.title, () => checkRound(round));
  }
  await t.step("bench --kernels takes means of tokens", () => {
    const dispatches = byKernel(report.kernels, (time) => time.dispatches);
    assertEquals(dispatches.sample_rows, 1);
    assertEquals(dispatches.embedding_f16, 1);
    assertLess(0, report.millisecondsPerToken);
    assertEquals(report.device, "Simulated Apple GPU");
  });
});

function checkRound({ times, counted, commandBuffers, found }: Round) {
  assertEquals(found, "");
  const total = times.reduce((sum, { dispatches }) => sum + dispatches, 0);
  assertEquals(
    byKernel(times, ({ dispatches }) => dispatches),
    byKernel(counted, ({ dispatches }) => dispatches),
  );
  const moved = byKernel(
    counted,
    ({ bytesRead, bytesWritten }) => bytesRead + bytesWritten,
  );
  for (const { kernel, dispatches, bytes, nanoseconds } of times) {
    // Arguments are not in arrays, and the oldest inputs of a convolution are
    // not read.
    const known = moved[kernel]!;
    assertLess(known - 128 * dispatches, bytes, kernel);
    assertLess(bytes, 1.08 * known, kernel);
    assertLess(0, nanoseconds);
  }
  assertEquals(commandBuffers, {
    before: 1,
    timed: total,
    after: 1,
    ofEight: 1,
  });
}
