/**
 * Continues texts with both built-in models: several prompts in one batch, or
 * line by line in a conversation.
 *
 * `deno task example 02_text_generation`
 * `deno task example 02_text_generation --prompt "The old king" --seed 3`
 * `deno task example 02_text_generation --interactive`
 *
 * @module
 */
import { basename } from "node:path";
import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { type GenerateOptions, MambaLMHeadModel } from "../lib/mod.ts";
import { readFlags } from "./_flags.ts";
import { runExample } from "./_run.ts";

const COMMANDS = "/model takes the next model, /quit ends.";

await runExample(async () => {
  const flags = readFlags({
    model: ["models/fairy-mamba1", "models/fairy-mamba2"],
    prompt: [
      "Once upon a time",
      "The king looked at his youngest daughter and said,",
      "In the middle of the dark forest stood a little house.",
    ],
    "max-tokens": 60,
    temperature: 0.8,
    seed: 7,
    interactive: false,
  });
  const options = {
    maxTokens: flags["max-tokens"],
    temperature: flags.temperature,
    seed: flags.seed,
  };
  await using opened = new AsyncDisposableStack();
  const models: MambaLMHeadModel[] = [];
  for (const directory of flags.model) {
    models.push(
      opened.use(await MambaLMHeadModel.fromPretrained(directory)),
    );
  }
  if (flags.interactive) return await converse(models, options);
  for (const model of models) {
    console.log(`${describe(model)}\n`);
    await continueAll(model, flags.prompt, options);
  }
});

/** All prompts at once: each step reads the weights once for all of them. */
async function continueAll(
  model: MambaLMHeadModel,
  prompts: readonly string[],
  options: GenerateOptions,
): Promise<void> {
  const results = await model.generateBatch(prompts, options);
  for (const [i, { text, ids, finishReason }] of results.entries()) {
    console.log(`${prompts[i]}${text}`);
    console.log(`[${ids.length} tokens, ended by ${finishReason}]\n`);
  }
}

/** Each line of standard input is a prompt, or a command. */
async function converse(
  models: readonly MambaLMHeadModel[],
  options: GenerateOptions,
): Promise<void> {
  let at = 0;
  console.log(`Each line is a prompt. ${COMMANDS}`);
  console.log(describe(models[at]!));
  stdout.write("> ");
  for await (const line of createInterface({ input: stdin })) {
    const prompt = line.trim();
    if (prompt === "/quit") break;
    if (prompt === "/model") {
      at = (at + 1) % models.length;
      console.log(describe(models[at]!));
    } else if (prompt.startsWith("/")) {
      console.log(`There is no ${prompt}. ${COMMANDS}`);
    } else if (prompt !== "") await answer(models[at]!, prompt, options);
    stdout.write("> ");
  }
  stdout.write("\n");
}

/** Writes a continuation as it comes. */
async function answer(
  model: MambaLMHeadModel,
  prompt: string,
  options: GenerateOptions,
): Promise<void> {
  for await (const { text } of model.stream(prompt, options)) {
    stdout.write(text);
  }
  stdout.write("\n");
}

function describe(model: MambaLMHeadModel): string {
  const { directory, config, parameterCount, dtype, device } = model;
  return `${basename(directory ?? "")}: ${config.layer}, ` +
    `${parameterCount} parameters in ${dtype}, on ${device}`;
}
