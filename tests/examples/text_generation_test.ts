import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MambaLMHeadModel } from "../../lib/mod.ts";
import { ROOT } from "../cli/cli_process.ts";
import { runExample } from "./run_example.ts";

const MODELS = ["tiny-mamba1", "tiny-mamba2"];
const FLAGS = MODELS.flatMap((name) => [
  "--model",
  `tests/fixtures/${name}`,
]);
const OPTIONS = { maxTokens: 9, temperature: 0.5, seed: 3 };
const SAMPLING = ["--max-tokens", "9", "--temperature", "0.5", "--seed", "3"];

/** What a model writes, one prompt alone. */
async function continuation(name: string, prompt: string): Promise<string> {
  await using model = await MambaLMHeadModel.fromPretrained(
    `${ROOT}tests/fixtures/${name}`,
  );
  return (await model.generate(prompt, OPTIONS)).text;
}

Deno.test("02_text_generation continues every prompt with every model", async () => {
  const prompts = ["A king", "Two, three"];
  const { code, stdout, stderr } = await runExample("02_text_generation", [
    ...FLAGS,
    ...SAMPLING,
    ...prompts.flatMap((prompt) => ["--prompt", prompt]),
  ]);
  assertEquals([code, stderr], [0, ""]);
  const [first = "", second = ""] = stdout.split("tiny-mamba2: ");
  for (const [name, output] of [[MODELS[0], first], [MODELS[1], second]]) {
    for (const prompt of prompts) {
      const text = await continuation(name!, prompt);
      assertStringIncludes(output!, `\n${prompt}${text}\n[`);
    }
  }
});

Deno.test("02_text_generation answers lines and takes the next model", async () => {
  const { code, stdout, stderr } = await runExample(
    "02_text_generation",
    ["--interactive", ...FLAGS, ...SAMPLING],
    { input: "A king\n\n/model\nA king\n/help\n/quit\nA king\n" },
  );
  assertEquals([code, stderr], [0, ""]);
  const answers = stdout.split("> ").slice(1);
  assertEquals(answers.length, 6);
  const [one, empty, model, other, help, quit] = answers;
  assertEquals(one, await continuation(MODELS[0]!, "A king") + "\n");
  assertEquals(other, await continuation(MODELS[1]!, "A king") + "\n");
  assert(model!.startsWith("tiny-mamba2: Mamba2, "));
  assertStringIncludes(help!, "/quit ends");
  assertEquals([empty, quit], ["", "\n"]);
});

Deno.test("02_text_generation ends with its input", async () => {
  const { code, stdout } = await runExample(
    "02_text_generation",
    ["--interactive", ...FLAGS, ...SAMPLING],
    { input: "A king" },
  );
  assertEquals(code, 0);
  const text = await continuation(MODELS[0]!, "A king");
  assert(stdout.endsWith(`> ${text}\n> \n`));
});

Deno.test("02_text_generation says that a model is missing", async () => {
  const { code, stdout, stderr } = await runExample("02_text_generation", [
    "--model",
    "models/nowhere",
  ]);
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    stderr,
    'error: Cannot find the model "models/nowhere": it is not on this machine\n' +
      "hint: Give the directory of a model, or download it: " +
      "mamba pull models/nowhere\n",
  );
});
