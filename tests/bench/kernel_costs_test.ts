import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  CHIPS,
  composeLayers,
  roofline,
  totalCost,
} from "../../lib/bench/kernel_costs.ts";
import type { KernelProfile } from "../../lib/native/kernel_profile.ts";

function profile(kernel: string, figure: number): KernelProfile {
  return {
    kernel,
    dispatches: figure,
    waits: figure,
    threadgroups: figure,
    threads: figure,
    bytesRead: 10 * figure,
    bytesWritten: figure,
    bytesRequested: figure,
    laneAccesses: figure,
    laneSlots: figure,
    flops: 100 * figure,
    barriers: figure,
    threadgroupBytes: 640,
  };
}

Deno.test("composeLayers() adds for each layer what the second one added", () => {
  const one = [profile("head", 7), profile("layer", 3)];
  const two = [profile("head", 7), profile("layer", 5), profile("late", 2)];
  const [head, layer, late] = composeLayers(one, two, 10);
  assertEquals(head, profile("head", 7));
  assertEquals(layer, profile("layer", 3 + 9 * 2));
  assertEquals(late, profile("late", 9 * 2));
  assertEquals(composeLayers(one, two, 1)[1], profile("layer", 3));
});

Deno.test("totalCost() adds up all kernels", () => {
  assertEquals(totalCost([profile("a", 2), profile("b", 3)]), {
    dispatches: 5,
    bytes: 55,
    flops: 500,
  });
});

Deno.test("roofline() takes the slower of memory and arithmetic, and dispatches", () => {
  const m1 = CHIPS.find(({ name }) => name === "M1")!;
  // 68 MB at 68 GB/s is 1 ms, 100 dispatches of 2.5 µs are 0.25 ms.
  const memory = { dispatches: 100, bytes: 68e6, flops: 1e6 };
  assertAlmostEquals(roofline(memory, m1), 800, 1e-6);
  // 5.2 GFLOP at 2.6 TFLOP/s are 2 ms.
  const arithmetic = { dispatches: 0, bytes: 68e6, flops: 5.2e9 };
  assertAlmostEquals(roofline(arithmetic, m1), 500, 1e-6);
});
