import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import {
  addEvent,
  emptyHistory,
  MAX_POINTS,
  type TrainingHistory,
} from "../../lib/api/training_history.ts";
import { startEvent, stepEvent } from "../training/fake_training.ts";

function historyOf(steps: number): TrainingHistory {
  const history = emptyHistory();
  addEvent(history, startEvent(0, steps));
  for (let step = 1; step <= steps; step++) {
    // A line, whose mean anybody can say.
    addEvent(history, { ...stepEvent(step, steps), loss: step });
  }
  return history;
}

Deno.test("addEvent() keeps every step of a short run", () => {
  const { points, stride, last } = historyOf(MAX_POINTS);
  assertEquals(stride, 1);
  assertEquals(
    points.map(({ step }) => step),
    [
      ...Array(MAX_POINTS).keys(),
    ].map((index) => index + 1),
  );
  assertEquals(last?.step, MAX_POINTS);
});

Deno.test("addEvent() keeps the means of a long run in bounded space", () => {
  const steps = 10_007;
  const { points, stride, last } = historyOf(steps);
  assertLess(points.length, MAX_POINTS + 1);
  assertEquals(stride, 16);
  assertEquals(last?.loss, steps);
  assertEquals(points.reduce((sum, { count }) => sum + count, 0), steps);
  for (const { step, count, loss } of points) {
    // The mean of the steps from step - count + 1 to step.
    assertAlmostEquals(loss, step - (count - 1) / 2, 1e-5 * step);
  }
  assertEquals(points.at(-1)?.step, steps);
});

Deno.test("addEvent() takes back what a resumed run does again", () => {
  const history = historyOf(20);
  const validation = { loss: 2, perplexity: 7, tokens: 100 };
  for (const step of [10, 20]) {
    addEvent(history, { type: "validation", step, ...validation });
    addEvent(history, {
      type: "sample",
      step,
      prompt: "Once",
      text: " upon",
      seed: 0,
    });
  }
  addEvent(history, startEvent(12, 20));
  assertEquals(history.points.at(-1)?.step, 12);
  assertEquals(history.validations.map(({ step }) => step), [10]);
  assertEquals(history.samples.map(({ step }) => step), [10]);
  assertEquals(history.last, undefined);
});

Deno.test("addEvent() keeps one validation for a step, the last", () => {
  const history = emptyHistory();
  for (const loss of [3, 2]) {
    const event = { type: "validation", step: 10, loss } as const;
    addEvent(history, { ...event, perplexity: 7, tokens: 100 });
  }
  assertEquals(history.validations.map(({ loss }) => loss), [2]);
});

Deno.test("addEvent() bounds validations, samples and warnings", () => {
  const history = emptyHistory();
  for (let step = 1; step <= 5000; step++) {
    const figures = { loss: 1, perplexity: 2, tokens: 3 };
    addEvent(history, { type: "validation", step, ...figures });
    const text = { prompt: "a", text: "b", seed: 1 };
    addEvent(history, { type: "sample", step, ...text });
    addEvent(history, { type: "warning", step, message: "left out" });
  }
  for (const name of ["validations", "samples", "warnings"] as const) {
    assertLess(history[name].length, MAX_POINTS);
    assertEquals(history[name].at(-1)?.step, 5000);
  }
});
