import { assertAlmostEquals, assertEquals } from "@std/assert";
import { learningRateAt } from "../../lib/training/schedule.ts";

const BASE = {
  learningRate: 1,
  minLearningRate: 0.1,
  warmupSteps: 10,
  steps: 110,
} as const;

Deno.test("learningRateAt() rises in a straight line during the warm-up", () => {
  for (const schedule of ["cosine", "linear", "constant"] as const) {
    assertEquals(learningRateAt(1, { ...BASE, schedule }), 0.1);
    assertEquals(learningRateAt(5, { ...BASE, schedule }), 0.5);
    assertEquals(learningRateAt(10, { ...BASE, schedule }), 1);
  }
});

Deno.test("learningRateAt() goes down as the schedule says", () => {
  const at = (step: number, schedule: "cosine" | "linear" | "constant") =>
    learningRateAt(step, { ...BASE, schedule });
  // A quarter, half and all of the way; cos(π/4) = 0.70710678.
  assertAlmostEquals(at(35, "cosine"), 0.1 + 0.9 * 0.85355339, 1e-8);
  assertAlmostEquals(at(60, "cosine"), 0.55, 1e-12);
  assertAlmostEquals(at(110, "cosine"), 0.1, 1e-12);
  assertAlmostEquals(at(35, "linear"), 0.775, 1e-12);
  assertAlmostEquals(at(110, "linear"), 0.1, 1e-12);
  assertEquals(at(110, "constant"), 1);
});

Deno.test("learningRateAt() needs no warm-up and no second step", () => {
  const options = { ...BASE, schedule: "cosine", warmupSteps: 0 } as const;
  assertAlmostEquals(learningRateAt(1, { ...options, steps: 1 }), 0.1, 1e-12);
});
