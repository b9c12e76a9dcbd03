import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { MambaError, MambaLMHeadModel, NO_TARGET } from "../../lib/mod.ts";
import {
  assertClose,
  conformanceCases,
  GoldenReader,
} from "../helpers/conformance.ts";
import { toNativeConfig } from "../../lib/engine/load_weights.ts";
import { NativeModel } from "../../lib/native/model.ts";
import { LAYERS, someIds, tinyModel } from "../helpers/tiny_models.ts";
import { DEVICES } from "../helpers/devices.ts";

/** Relative to each array's maximum. */
const TOLERANCE = 3e-4;

for (const { name, directory } of conformanceCases()) {
  const reader = new GoldenReader(directory);
  const { train } = reader.goldens;
  if (train === undefined) continue;
  for (const device of DEVICES) {
    Deno.test(`lossAndGradients() gives the gradients of ${name} on ${device}`, async () => {
      await using model = await MambaLMHeadModel.fromPretrained(directory, {
        device,
      });
      const { loss, gradients } = await model.lossAndGradients(
        train.ids,
        train.targets,
      );
      assertAlmostEquals(loss, train.loss, 1e-4 * train.loss);
      assertEquals(
        [...gradients.keys()].sort(),
        Object.keys(train.grads).sort(),
      );
      for (const [tensor, golden] of Object.entries(train.grads)) {
        assertClose(
          gradients.get(tensor)!,
          reader.read(golden),
          tensor,
          TOLERANCE,
        );
      }
    });
  }
}

/** The mean cross entropy from the logits of a forward pass, in f64. */
async function crossEntropy(
  model: MambaLMHeadModel,
  ids: readonly number[],
  targets: readonly number[],
): Promise<number> {
  const { logits } = await model.forward(ids);
  const size = model.config.paddedVocabSize;
  const losses = targets.flatMap((target, i) => {
    if (target === NO_TARGET) return [];
    const row = [...logits.subarray(i * size, (i + 1) * size)];
    const sum = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
    return [Math.log(sum) - row[target]!];
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** The model with one tensor moved along a direction. */
function moved(
  model: MambaLMHeadModel,
  name: string,
  direction: Float32Array,
  step: number,
): MambaLMHeadModel {
  const { config } = model;
  const { device, threads } = model.native.describe();
  const native = new NativeModel(toNativeConfig(config), device, threads);
  for (const tensor of model.tensors()) {
    const bytes = model.native.readTensor(tensor);
    if (tensor.name === name) {
      const values = new Float32Array(bytes.buffer);
      direction.forEach((each, i) => values[i]! += step * each);
    }
    native.copyTensor(tensor, bytes);
  }
  native.finish();
  return MambaLMHeadModel.fromParts({
    config,
    native,
    tokenizer: undefined,
    directory: undefined,
    trained: false,
  });
}

for (const layer of LAYERS) {
  for (const device of DEVICES) {
    Deno.test(`lossAndGradients() of ${layer} on ${device} says where the loss falls`, async () => {
      await using model = await tinyModel(layer, { device });
      const ids = someIds(19);
      const targets = someIds(19, 61, 5);
      targets[3] = targets[18] = NO_TARGET;
      const { loss, gradients } = await model.lossAndGradients(ids, targets);
      assertAlmostEquals(loss, await crossEntropy(model, ids, targets), 1e-5);
      for (const [name, gradient] of gradients) {
        const square = gradient.reduce((sum, each) => sum + each * each, 0);
        const largest = Math.max(...gradient.map(Math.abs));
        // Along the gradient the loss rises by its square, if not too far.
        const step = Math.min(0.01 / largest, 0.005 / square);
        const expected = 2 * step * square;
        await using up = moved(model, name, gradient, step);
        await using down = moved(model, name, gradient, -step);
        const change = await crossEntropy(up, ids, targets) -
          await crossEntropy(down, ids, targets);
        assertAlmostEquals(change, expected, 0.02 * expected + 2e-6, name);
      }
    });
  }
}

Deno.test("lossAndGradients() says which ids it cannot use", async () => {
  await using model = await tinyModel("Mamba1");
  const wrong: [number[], number[], string][] = [
    [[1, 64], [2, 3], "ids[1]"],
    [[1, 2], [2, 64], "targets[1]"],
    [[1, 2], [2], "there are 1"],
    [[], [], "there are 0"],
    [[1], [NO_TARGET], "0 to be learned"],
    [[1], [-100], "targets[0]"],
  ];
  for (const [ids, targets, message] of wrong) {
    await assertRejects(
      () => model.lossAndGradients(ids, targets),
      MambaError,
      message,
    );
  }
});
