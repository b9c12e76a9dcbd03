import { assertEquals, assertThrows } from "@std/assert";
import { resolveTraining } from "../../lib/api/resolve_training.ts";
import { TRAINING_RANGES } from "../../lib/api/training_ranges.ts";
import type { TrainingOptions } from "../../lib/api/training_options.ts";
import { MambaError } from "../../lib/mod.ts";

const config = { d_model: 8, n_layer: 1 };

Deno.test("resolveTraining() fills in what is documented", () => {
  const resolved = resolveTraining({
    config,
    data: "a.txt",
    learningRate: 0.5,
  });
  assertEquals(resolved.data, ["a.txt"]);
  assertEquals(resolved.validation, []);
  assertEquals(resolved.minLearningRate, 0.05);
  assertEquals(resolved.steps, undefined);
  assertEquals([resolved.batchSize, resolved.microBatchSize], [16, 4]);
  assertEquals(resolved.trainable, ["*"]);
});

Deno.test("resolveTraining() runs no more rows at once than a step has", () => {
  assertEquals(resolveTraining({ config, batchSize: 2 }).microBatchSize, 2);
});

Deno.test("resolveTraining() gives back what it made", () => {
  const first = resolveTraining({ config, data: ["a"], steps: 3 });
  assertEquals(resolveTraining(JSON.parse(JSON.stringify(first))), first);
});

Deno.test("resolveTraining() names the option that is wrong", () => {
  const wrong: [unknown, string, string][] = [
    [{ config, learning_rate: 1 }, "learning_rate", "there is no such option"],
    [{}, "config", "neither"],
    [{ config, model: "m" }, "model", "both"],
    [{ config: 3 }, "config", "no object"],
    [{ config, steps: 0 }, "steps", "out of range"],
    [{ config, steps: 1.5 }, "steps", "not an integer"],
    [{ config, beta2: "x" }, "beta2", "not a number"],
    [{ config, data: ["a", ""] }, "data", "no text"],
    [{ config, data: [3] }, "data", "no text"],
    [{ config, schedule: "step" }, "schedule", "not one of its words"],
    [{ config, saveDtype: "f8" }, "saveDtype", "not one of its words"],
    [{ config, continueOnSpike: 1 }, "continueOnSpike", "true or false"],
    [
      { config, learningRate: 0.1, minLearningRate: 0.2 },
      "minLearningRate",
      "above",
    ],
    [[], "options", "no object"],
  ];
  for (const [options, field, message] of wrong) {
    const error = assertThrows(
      () => resolveTraining(options as TrainingOptions),
      MambaError,
      message,
    );
    assertEquals(error.field, field);
  }
});

Deno.test("resolveTraining() takes the ends of every range", () => {
  for (const [name, { min, max }] of Object.entries(TRAINING_RANGES)) {
    for (const value of [min, max]) {
      const others = name === "minLearningRate" ? { learningRate: 10 } : {
        minLearningRate: 0,
      };
      resolveTraining({ config, ...others, [name]: value });
    }
    assertThrows(() => resolveTraining({ config, [name]: max + 1 + max }));
  }
});
