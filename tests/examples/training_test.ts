import {
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { lossCurve } from "../../examples/_loss_curve.ts";
import { RecallTask } from "../../examples/_recall_task.ts";
import { readSettings } from "../../examples/_settings.ts";
import { MambaError, NO_TARGET } from "../../lib/mod.ts";
import { ROOT } from "../cli/cli_process.ts";
import { LONG_TRAINING } from "../helpers/simulated_gpu.ts";
import { runExample } from "./run_example.ts";

const OPTIONS = {
  task: "shift",
  rows: 50,
  seqLen: 12,
  vocabSize: 10,
  symbols: 3,
  seed: 1,
};

/** The accuracy in per cent that was printed for each run of an output. */
function accuracies(stdout: string): Record<string, number> {
  const found = stdout.matchAll(/^(\w+, \w+): [^]*?^accuracy +(\S+) %/gm);
  return Object.fromEntries(
    [...found].map(([, run, percent]) => [run, Number(percent)]),
  );
}

Deno.test("03_training learns the shift task to more than 99 %", async () => {
  const { code, stdout, stderr } = await runExample("03_training", [], {
    env: LONG_TRAINING,
  });
  assertEquals([code, stderr], [0, ""]);
  const reached = accuracies(stdout);
  assertEquals(Object.keys(reached), ["shift, Mamba1", "shift, Mamba2"]);
  for (const percent of Object.values(reached)) assertGreater(percent, 99);
});

Deno.test("03_training learns to copy selectively", async () => {
  const { code, stdout, stderr } = await runExample("03_training", [
    "examples/03_training_copy.json",
  ], { env: LONG_TRAINING });
  assertEquals([code, stderr], [0, ""]);
  const reached = accuracies(stdout);
  assertEquals(Object.keys(reached), ["copy, Mamba1", "copy, Mamba2"]);
  // Guessing one of 16 symbols gives 6 %.
  for (const percent of Object.values(reached)) assertGreater(percent, 90);
});

Deno.test("03_training measures what an untrained model does not know", async () => {
  const { stdout } = await runExample("03_training", [
    "training.lr=0",
    "training.steps=1",
    "layers=Mamba2",
  ]);
  const reached = accuracies(stdout);
  assertEquals(Object.keys(reached), ["shift, Mamba2"]);
  assertGreater(5, reached["shift, Mamba2"]!);
});

Deno.test("03_training names a setting that is wrong", async () => {
  const { code, stdout, stderr } = await runExample("03_training", [
    "training.speed=3",
  ]);
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(
    stderr,
    "error: Cannot set training.speed: there is no such setting\n" +
      "hint: There are lr, steps,",
  );
});

Deno.test("RecallTask has each id as the target of the next in shift", () => {
  const task = new RecallTask(OPTIONS);
  assertEquals([task.length, task.targetTokens], [50, 50 * 11]);
  for (let i = 0; i < task.length; i++) {
    const { tokens, targets, counts } = task.row(i);
    assertEquals(counts, [12]);
    assertEquals([...targets], [NO_TARGET, ...tokens.slice(0, -1)]);
  }
});

Deno.test("RecallTask asks for the symbols in their order in copy", () => {
  const task = new RecallTask({ ...OPTIONS, task: "copy" });
  assertEquals(task.targetTokens, 50 * 3);
  const places = new Set<number>();
  for (let i = 0; i < task.length; i++) {
    const { tokens, targets } = task.row(i);
    const body = [...tokens.slice(0, 9)];
    assertEquals([...tokens.slice(9)], [9, 9, 9]);
    assertEquals([...targets.slice(9)], body.filter((id) => id !== 8));
    assertEquals(new Set(targets.slice(0, 9)), new Set([NO_TARGET]));
    body.forEach((id, t) => id !== 8 && places.add(t));
  }
  assertEquals(places.size, 9);
});

Deno.test("RecallTask gives the same rows for the same seed only", () => {
  const rows = (seed: number) => {
    const task = new RecallTask({ ...OPTIONS, seed });
    return Array.from({ length: task.length }, (_, i) => task.row(i));
  };
  assertEquals(rows(1), rows(1));
  assertEquals(
    rows(1).some(({ tokens }, i) =>
      tokens.join() === rows(2)[i]!.tokens.join()
    ),
    false,
  );
});

Deno.test("RecallTask refuses tasks that there are not and rows too short", () => {
  for (
    const wrong of [
      { task: "toString" },
      { symbols: 7 },
      { symbols: 0 },
      { rows: 1e9 },
      { rows: 0 },
      { seqLen: 7.5 },
      { vocabSize: 2 },
    ]
  ) {
    assertThrows(() => new RecallTask({ ...OPTIONS, ...wrong }), MambaError);
  }
});

Deno.test("readSettings() puts files and single settings over the defaults", async () => {
  const defaults = {
    task: "shift",
    layers: ["a"],
    model: { d_model: 1, headdim: 2 },
    data: { seq_len: 3, vocab_size: 0 },
    training: { lr: 0, steps: 0, batch_size: 0, eval_every: 0 },
  };
  const settings = await readSettings(defaults, [
    `${ROOT}examples/03_training_copy.json`,
    "training.lr=3e-4",
    "layers=a,b",
  ]);
  const file = JSON.parse(
    await Deno.readTextFile(`${ROOT}examples/03_training_copy.json`),
  );
  assertEquals(settings, {
    ...file,
    layers: ["a", "b"],
    training: { ...file.training, lr: 3e-4 },
  });
  assertEquals(defaults.training.lr, 0);
});

Deno.test("readSettings() refuses what is no setting", async () => {
  const defaults = { task: "shift", layers: ["a"], training: { lr: 1 } };
  for (
    const wrong of [
      "training.lr=fast",
      "training.lr=",
      "training.lr.high=1",
      "training=1",
      "toString=1",
      "nowhere.json",
      `${ROOT}README.md`,
    ]
  ) {
    await assertRejects(() => readSettings(defaults, [wrong]), MambaError);
  }
});

Deno.test("lossCurve() draws from the highest to the lowest", () => {
  const lines = lossCurve([4, 3, 2, 1, 0.5]).split("\n");
  assertEquals(lines[0], "  4.00 |*");
  assertEquals(lines.at(-1), "  0.50 |    *");
  const stars = lines.map((line) => line.indexOf("*")).filter((at) => at > 0);
  assertEquals(stars, [8, 9, 10, 11, 12]);
});

Deno.test("lossCurve() draws a loss that never changes, and very many", () => {
  assertEquals(lossCurve([2]).split("\n")[0], "  2.00 |*");
  const lines = lossCurve(Array.from({ length: 1000 }, (_, i) => i / 1000));
  assertEquals(Math.max(...lines.split("\n").map((l) => l.length)), 68);
});
