/**
 * Uses models on a simulated GPU, round after round, and prints for each round
 * what the simulator has counted when all are closed. An error in a round is
 * part of what is printed.
 */
import { openLibrary } from "../../../lib/native/library.ts";
import { MambaLMHeadModel } from "../../../lib/mod.ts";
import { MAMBA1, MAMBA2 } from "../../cli/fixtures.ts";
import { someIds } from "../../helpers/tiny_models.ts";

/** What is counted, in the order of `SimulatorCounts`. */
const FIELDS = [
  "liveObjects",
  "unpooled",
  "commandBuffers",
  "dispatches",
  "blits",
  "unfinished",
  "findings",
  "bufferBytes",
] as const;

const { symbols } = Deno.dlopen(openLibrary().path, {
  simulator_counts: { parameters: ["buffer"], result: "void" },
  simulator_findings: { parameters: ["buffer", "u64"], result: "u64" },
});

function counts(): Record<string, number> {
  const values = new BigUint64Array(FIELDS.length);
  symbols.simulator_counts(values);
  return Object.fromEntries(
    FIELDS.map((field, i) => [field, Number(values[i])]),
  );
}

function found(): string {
  const text = new Uint8Array(4096);
  symbols.simulator_findings(text, BigInt(text.length));
  return new TextDecoder().decode(text.subarray(0, text.indexOf(0)));
}

async function useModel(path: string) {
  await using model = await MambaLMHeadModel.fromPretrained(path, {
    device: "metal",
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
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  console.log(JSON.stringify({ error, found: found(), ...counts() }));
}
