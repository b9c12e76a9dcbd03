import { invalidArgument } from "../api/invalid_argument.ts";
import type { NativeModel } from "../native/model.ts";
import { NativeTrainer, NO_TARGET } from "../native/trainer.ts";
import { checkIds } from "./check_ids.ts";
import { computeLane } from "./compute_lane.ts";

/** What {@linkcode lossAndGradients} gives. */
export interface LossAndGradients {
  /** Mean cross entropy of the targets, natural logarithm. */
  loss: number;
  /** By checkpoint name: the loss's gradient, in the tensor's shape. */
  gradients: Map<string, Float32Array<ArrayBuffer>>;
}

/** What is differentiated, and where. */
export interface LossJob {
  native: NativeModel;
  vocabSize: number;
  ids: ArrayLike<number>;
  targets: ArrayLike<number>;
}

/**
 * The mean cross entropy of one sequence from the zero state, and its gradient
 * for every tensor, all in f32. Takes a copy of the weights for the call.
 */
export async function lossAndGradients(
  { native, vocabSize, ids, targets }: LossJob,
): Promise<LossAndGradients> {
  const tokens = checkIds(ids, "ids", vocabSize);
  const wanted = Uint32Array.from(targets);
  const learned = wanted.filter((target) => target !== NO_TARGET);
  const orZero = (target: number) => target === NO_TARGET ? 0 : target;
  checkIds(Array.from(targets, orZero), "targets", vocabSize);
  if (tokens.length !== wanted.length || learned.length === 0) {
    throw invalidArgument(
      "targets",
      `there are ${wanted.length}, ${learned.length} to be learned, for ` +
        `${tokens.length} ids`,
      "Give one for each id, at least one of them an id.",
    );
  }
  const { device, threads, tensors } = native.describe();
  await using trainer = new NativeTrainer(native, device, threads);
  const batch = {
    counts: Uint32Array.of(tokens.length),
    tokens,
    targets: wanted,
  };
  const sum = await computeLane.run(() =>
    trainer.accumulate(batch, 1 / learned.length)
  );
  const gradients = new Map(tensors.map(({ name, shape }) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return [name, trainer.read("gradients", name, count)];
  }));
  return { loss: sum / learned.length, gradients };
}
