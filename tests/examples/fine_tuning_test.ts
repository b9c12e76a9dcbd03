import { assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { MambaLMHeadModel } from "../../lib/mod.ts";
import { LONG_TRAINING } from "../helpers/simulated_gpu.ts";
import { runExample } from "./run_example.ts";

const TEXT = "The mole and the rat rowed down the river.\n\n".repeat(60);

interface FineTuning {
  /** The example's standard output. */
  stdout: string;
  /** Perplexities, before and after. */
  before: number;
  after: number;
}

/** What was measured, before and after. */
function perplexities(stdout: string): number[] {
  return [...stdout.matchAll(/^ {2}perplexity (\S+)$/gm)]
    .map(([, value]) => Number(value));
}

/** Fine-tunes in a new folder and looks at what is there. */
async function fineTune(
  args: readonly string[],
  look: (folder: string, tuned: FineTuning) => Promise<void> | void,
) {
  const folder = await Deno.makeTempDir({ prefix: "fresh-mamba-example-" });
  try {
    await Deno.writeTextFile(`${folder}/text.txt`, TEXT);
    const { code, stdout, stderr } = await runExample("04_fine_tuning", [
      ...["--model", "tests/fixtures/tiny-mamba1", "--max-tokens", "5"],
      ...["--data", `${folder}/text.txt`, "--out", `${folder}/out`],
      ...["--learning-rate", "0.003", ...args],
    ]);
    assertEquals([code, stderr], [0, ""]);
    const [before = NaN, after = NaN] = perplexities(stdout);
    await look(folder, { stdout, before, after });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("04_fine_tuning predicts what it has not seen better", async () => {
  await fineTune([], async (folder, { before, after }) => {
    assertLess(after, before / 2);
    const texts = await Promise.all(
      ["train", "held-out"].map((name) =>
        Deno.readTextFile(`${folder}/out/${name}.txt`)
      ),
    );
    assertEquals(texts.join("\n\n"), TEXT);
    await using model = await MambaLMHeadModel.fromPretrained(
      `${folder}/out/model`,
    );
    const { perplexity } = await model.perplexity(texts[1]!);
    assertEquals(perplexity.toFixed(2), after.toFixed(2));
  });
});

Deno.test("04_fine_tuning trains the tensors that are named", async () => {
  const args = ["--trainable", "*.out_proj.*", "--epochs", "1"];
  await fineTune(args, (_folder, { stdout, before, after }) => {
    // (48, 96) in each of two layers.
    assertStringIncludes(stdout, `training ${2 * 48 * 96} of 54864 parameters`);
    assertLess(after, before);
  });
});

Deno.test("04_fine_tuning leads a built-in model to another book", async () => {
  const out = await Deno.makeTempDir({ prefix: "fresh-mamba-example-" });
  try {
    const { code, stdout } = await runExample("04_fine_tuning", [
      ...["--out", out, "--epochs", "1"],
    ], { env: LONG_TRAINING });
    assertEquals(code, 0);
    const [before = NaN, after = NaN] = perplexities(stdout);
    assertLess(after, 0.97 * before);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("04_fine_tuning says what is wrong with its text", async () => {
  const missing = await runExample("04_fine_tuning", ["--data", "nowhere.txt"]);
  assertEquals([missing.code, missing.stdout], [1, ""]);
  assertStringIncludes(missing.stderr, "error: Cannot go on: ");
  assertStringIncludes(missing.stderr, "nowhere.txt");
  const short = await runExample("04_fine_tuning", ["--data", "deno.json"]);
  assertEquals([short.code, short.stdout], [1, ""]);
  assertStringIncludes(short.stderr, "error: Cannot split the text: ");
});
