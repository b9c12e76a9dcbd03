import { assert, assertEquals, assertRejects } from "@std/assert";
import { DrawGroups, MOST_STEPS } from "../../lib/engine/draw_groups.ts";
import { Scheduler } from "../../lib/engine/scheduler.ts";
import { computeLane } from "../../lib/engine/compute_lane.ts";
import { MambaError } from "../../lib/mod.ts";
import type { MambaLMHeadModel } from "../../lib/mod.ts";
import { NativeSampler } from "../../lib/native/sampler.ts";
import { tinyModel } from "../helpers/tiny_models.ts";

const [A, B] = [{}, {}];

Deno.test("DrawGroups.steps() fits a call into the time, by the last step's", () => {
  const groups = new DrawGroups(25);
  assertEquals(groups.steps([A], 100, true), 1);
  for (const [stepMs, wanted] of [[30, 1], [10, 2], [3.5, 7], [0.1, 8]]) {
    groups.took([A], 2, 2 * stepMs!);
    assertEquals(groups.steps([A], 100, true), wanted);
  }
  assertEquals(groups.steps([A], 3, true), 3);
});

Deno.test("DrawGroups.steps() is 1 where others wait, or come again soon", () => {
  const groups = new DrawGroups(25);
  groups.took([A, B], 1, 1);
  assertEquals(groups.steps([A, B], 100, false), 1);
  assertEquals(groups.steps([B, A], 100, true), MOST_STEPS);
  assertEquals(groups.steps([A], 100, true), 1);
  groups.took([A], 1, 1);
  assertEquals(groups.steps([B], 100, true), 1);
  assertEquals(groups.steps([A, B], 100, true), 1);
});

/** Draws without bias and penalties; the seed decides. */
function makeSampler(vocabSize: number): NativeSampler {
  return new NativeSampler({
    vocabSize,
    temperature: 1,
    topK: 0,
    topP: 1,
    minP: 0,
    repetitionPenalty: 1,
    presencePenalty: 0,
    frequencyPenalty: 0,
    repetitionWindow: 0,
    seed: 3n,
    biasIds: new Uint32Array(),
    biasValues: new Float32Array(),
  }, 0);
}

function schedulerOf(model: MambaLMHeadModel, groupMs: number): Scheduler {
  return new Scheduler(model.native, {
    vocabSize: model.config.paddedVocabSize,
    prefillPiece: 16,
    groupMs,
  });
}

/** `count` tokens of a new sequence, and how many came in each call. */
async function drawAll(
  model: MambaLMHeadModel,
  scheduler: Scheduler,
  count: number,
) {
  using state = model.native.createState();
  using sampler = makeSampler(model.config.vocabSize);
  const ids: number[] = [];
  const groups: number[] = [];
  while (ids.length < count) {
    const samples = await scheduler.draw({
      state,
      sampler,
      token: ids.at(-1) ?? 5,
      drawIndex: state.position + 1,
    }, count - ids.length);
    ids.push(...samples.map(({ id }) => id));
    groups.push(samples.length);
  }
  assertEquals(state.position, count);
  return { ids, groups };
}

Deno.test("Scheduler.draw() draws the same tokens one by one and in groups", async () => {
  await using model = await tinyModel("Mamba2");
  const single = await drawAll(model, schedulerOf(model, 0), 20);
  assertEquals(single.groups, Array(20).fill(1));
  const grouped = await drawAll(model, schedulerOf(model, Infinity), 20);
  assertEquals(grouped.groups, [1, 8, 8, 3]);
  assertEquals(grouped.ids, single.ids);
});

Deno.test("Scheduler.draw() keeps sequences that are in step together, in groups", async () => {
  await using model = await tinyModel("Mamba1");
  const wanted = await drawAll(model, schedulerOf(model, 0), 10);
  const scheduler = schedulerOf(model, Infinity);
  const both = await Promise.all(
    [0, 1].map(() => drawAll(model, scheduler, 10)),
  );
  for (const { ids, groups } of both) {
    assertEquals(ids, wanted.ids);
    assertEquals(groups, [1, 8, 1]);
  }
});

Deno.test("Scheduler.draw() draws one token at a time while others wait", async () => {
  await using model = await tinyModel("Mamba1");
  const scheduler = schedulerOf(model, Infinity);
  using other = model.native.createState();
  let running = true;
  const reading = (async () => {
    while (running) {
      await scheduler.prefill(other, new Uint32Array(64).fill(3), () => {});
    }
  })();
  const { groups } = await drawAll(model, scheduler, 12);
  running = false;
  await reading;
  assert(Math.max(...groups) === 1, `${groups}`);
});

Deno.test("ComputeLane.isWanted tells of work behind that which runs", async () => {
  const seen: boolean[] = [];
  const look = () => Promise.resolve(void seen.push(computeLane.isWanted));
  await Promise.all([computeLane.run(look), computeLane.run(look)]);
  await assertRejects(
    () => computeLane.run(() => Promise.reject(new MambaError("internal", ""))),
    MambaError,
  );
  await computeLane.run(look);
  assertEquals(seen, [true, false, false]);
});
