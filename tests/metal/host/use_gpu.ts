/**
 * Uses models on a simulated GPU, round after round, and prints for each round
 * what the simulator has counted when all are closed. An error in a round is
 * part of what is printed.
 */
import type { DtypeName } from "../../../lib/api/device_info.ts";
import { MambaLMHeadModel } from "../../../lib/mod.ts";
import { MAMBA1, MAMBA2 } from "../../cli/fixtures.ts";
import { someIds } from "../../helpers/tiny_models.ts";
import { counts, found } from "./simulator.ts";

async function useModel(path: string, options: { dtype?: DtypeName } = {}) {
  await using model = await MambaLMHeadModel.fromPretrained(path, {
    device: "metal",
    ...options,
  });
  using state = model.createState();
  // A prefill, a step, and several sequences that are drawn together.
  await model.forward(someIds(40), { state });
  await model.forward([3], { state });
  await model.generateBatch(["a", "the"], { maxTokens: 3, seed: 1 });
}

for (let round = 0; round < 3; ++round) {
  let error = "";
  try {
    for (const path of [MAMBA1, MAMBA2]) await useModel(path);
    await useModel(MAMBA2, { dtype: "q4" });
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  console.log(JSON.stringify({ error, found: found(), ...counts() }));
}
