import { relative } from "node:path";
import { assertEquals, assertGreater } from "@std/assert";
import type { DeviceName } from "../../lib/api/device_info.ts";
import { MambaLMHeadModel, type MambaState } from "../../lib/mod.ts";
import {
  assertClose,
  type ConformanceCase,
  conformanceCases,
  type GoldenPrompt,
  GoldenReader,
} from "../helpers/conformance.ts";
import { DEVICES } from "../helpers/devices.ts";

/** Greedy, nothing else in the way, and the goldens know no end of text. */
const GREEDY = { temperature: 0, ignoreEos: true } as const;

for (const device of DEVICES) {
  for (const found of conformanceCases()) {
    for (const directory of found.checkpoints) {
      const form = relative(found.directory, directory);
      Deno.test(
        `MambaLMHeadModel agrees with the goldens of ${found.name}/${form} on ${device}`,
        () => checkCase(found, directory, device),
      );
    }
  }
}

async function checkCase(
  found: ConformanceCase,
  directory: string,
  device: DeviceName,
): Promise<void> {
  const reader = new GoldenReader(found.directory);
  await using model = await MambaLMHeadModel.fromPretrained(directory, {
    device,
  });
  assertEquals(model.device, device);
  const { goldens } = reader;
  assertEquals(model.config.paddedVocabSize, goldens.padded_vocab_size);
  assertGreater(goldens.prompts.length, 0);
  const transformers = directory.endsWith("hf");
  for (const prompt of goldens.prompts) {
    using state = model.createState();
    const { logits } = await model.forward(prompt.ids, { state });
    assertClose(logits, reader.read(prompt.logits), "logits");
    checkStates(reader, prompt, state);
    await checkSteps(model, reader, prompt, state);
  }
  // A transformers config only knows the padded size: ids above the real one
  // may be drawn there.
  const greedy = transformers ? "greedy_unrestricted" : "greedy";
  await checkGreedy(model, goldens.prompts, greedy);
  await checkSplits(model, reader);
}

function checkStates(
  reader: GoldenReader,
  prompt: GoldenPrompt,
  state: MambaState,
): void {
  assertEquals(state.position, prompt.ids.length);
  prompt.states.forEach((golden, layer) => {
    const { convState, ssmState } = state.layer(layer);
    const where = `of layer ${layer} after ${prompt.ids.length} ids`;
    assertClose(
      convState,
      reader.read(golden.conv_state),
      `conv_state ${where}`,
    );
    assertClose(ssmState, reader.read(golden.ssm_state), `ssm_state ${where}`);
  });
}

async function checkSteps(
  model: MambaLMHeadModel,
  reader: GoldenReader,
  prompt: GoldenPrompt,
  state: MambaState,
): Promise<void> {
  const rows = reader.read(prompt.step_logits);
  const size = model.config.paddedVocabSize;
  for (const [i, id] of prompt.greedy.slice(0, -1).entries()) {
    const { logits } = await model.forward([id], { state });
    assertClose(
      logits,
      rows.subarray((i + 1) * size, (i + 2) * size),
      `logits of step ${i + 1}`,
    );
  }
}

/** Alone and, prompts of all lengths together, in a batch. */
async function checkGreedy(
  model: MambaLMHeadModel,
  prompts: readonly GoldenPrompt[],
  which: "greedy" | "greedy_unrestricted",
): Promise<void> {
  const options = { ...GREEDY, maxTokens: 24 };
  const batch = await model.generateBatch(
    prompts.map(({ ids }) => ids),
    options,
  );
  assertEquals(batch.map(({ ids }) => ids), prompts.map((p) => p[which]));
  for (const prompt of prompts) {
    const { ids } = await model.generate(prompt.ids, options);
    assertEquals(ids, prompt[which]);
  }
}

/** Wherever a prompt is cut, the result is the same. */
async function checkSplits(
  model: MambaLMHeadModel,
  reader: GoldenReader,
): Promise<void> {
  const longest = reader.goldens.prompts.reduce((a, b) =>
    a.ids.length >= b.ids.length ? a : b
  );
  const expected = reader.read(longest.logits);
  for (let cut = 1; cut < longest.ids.length; cut++) {
    using state = model.createState();
    const head = await model.forward(longest.ids.slice(0, cut), { state });
    const tail = await model.forward(longest.ids.slice(cut), { state });
    const joined = new Float32Array(expected.length);
    joined.set(head.logits);
    joined.set(tail.logits, head.logits.length);
    assertClose(joined, expected, `logits cut at ${cut}`);
    checkStates(reader, longest, state);
  }
}
