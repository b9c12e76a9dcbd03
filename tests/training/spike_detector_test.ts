import { assertEquals, assertMatch } from "@std/assert";
import { SpikeDetector } from "../../lib/training/spike_detector.ts";

function detector(count: number): SpikeDetector {
  const made = new SpikeDetector();
  for (let i = 0; i < count; i++) made.add(3 + (i % 2 ? 0.1 : -0.1));
  return made;
}

Deno.test("SpikeDetector.problem() tells of a jump, but not of a rise", () => {
  const { problem } = {
    problem: (loss: number) => detector(40).problem(loss, false),
  };
  assertEquals(problem(3.5), undefined);
  assertMatch(problem(4.2)!, /jumped to 4\.200.*40 steps before is 3\.000/);
});

Deno.test("SpikeDetector.problem() allows six deviations where losses vary", () => {
  const wild = new SpikeDetector(
    Array.from({ length: 64 }, (_, i) => 1 + (i % 2)),
  );
  assertEquals(wild.problem(4.4, false), undefined);
  assertMatch(wild.problem(4.6, false)!, /jumped/);
});

Deno.test("SpikeDetector.problem() lets small losses vary", () => {
  const small = new SpikeDetector(Array(64).fill(0.003));
  assertEquals(small.problem(0.07, false), undefined);
  assertMatch(small.problem(0.6, false)!, /jumped/);
});

Deno.test("SpikeDetector.problem() waits for the warm-up and for losses to compare", () => {
  assertEquals(detector(40).problem(10, true), undefined);
  assertEquals(detector(15).problem(10, false), undefined);
  assertMatch(detector(16).problem(10, false)!, /jumped/);
});

Deno.test("SpikeDetector.problem() always tells of NaN and infinity", () => {
  assertMatch(detector(0).problem(NaN, true)!, /NaN/);
  assertMatch(detector(0).problem(Infinity, true)!, /Infinity/);
});

Deno.test("SpikeDetector.losses are all that it needs to go on", () => {
  const first = detector(100);
  assertEquals(first.losses.length, 64);
  const again = new SpikeDetector(JSON.parse(JSON.stringify(first.losses)));
  first.add(3.05);
  again.add(3.05);
  assertEquals(again.losses, first.losses);
});
