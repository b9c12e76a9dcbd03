/**
 * Goes on training a model on a text of one's own, and looks what that did:
 * how well it predicts the text's end, which is kept back, and a sample.
 *
 * `deno task example 04_fine_tuning`
 * `deno task example 04_fine_tuning --trainable "*.out_proj.*"`
 * `deno task example 04_fine_tuning --data letters.txt --out dist/letters`
 *
 * @module
 */
import { join } from "node:path";
import { MambaError, MambaLMHeadModel, Trainer } from "../lib/mod.ts";
import { readFlags } from "./_flags.ts";
import { runExample, throwIfFailed } from "./_run.ts";

/** What a model is judged by. */
interface Trial {
  heldOut: string;
  prompt: string;
  maxTokens: number;
  seed: number;
}

/** The share of the text that is kept back. */
const HELD_OUT = 0.1;

await runExample(async () => {
  const flags = readFlags({
    model: "models/fairy-mamba1",
    data: "examples/data/wind-in-the-willows.txt",
    out: "dist/fine-tuned",
    trainable: ["*"],
    epochs: 3,
    "learning-rate": 3e-4,
    prompt: "The Mole",
    "max-tokens": 60,
    seed: 1,
  });
  const { model, out, prompt, seed } = flags;
  const { train, heldOut } = splitText(await Deno.readTextFile(flags.data));
  const trial = { heldOut, prompt, maxTokens: flags["max-tokens"], seed };
  await judge("before", model, trial);

  await Deno.mkdir(out, { recursive: true });
  const paths = [join(out, "train.txt"), join(out, "held-out.txt")] as const;
  await Deno.writeTextFile(paths[0], train);
  await Deno.writeTextFile(paths[1], heldOut);
  await using trainer = await Trainer.create({
    model,
    data: paths[0],
    validation: paths[1],
    trainable: flags.trainable,
    epochs: flags.epochs,
    // Below that of a new model: much of what it knows shall stay.
    learningRate: flags["learning-rate"],
    rowLength: 256,
    batchSize: 4,
    validationInterval: 10,
    seed,
  });
  await follow(trainer);

  // A model as any other: from here on, its folder is all that is needed.
  const tuned = join(out, "model");
  await trainer.savePretrained(tuned);
  await judge("after", tuned, trial);
});

/** The text without its end, and its end, cut between two paragraphs. */
function splitText(text: string): { train: string; heldOut: string } {
  const cut = text.lastIndexOf("\n\n", (1 - HELD_OUT) * text.length);
  if (cut > 0) {
    return { train: text.slice(0, cut), heldOut: text.slice(cut + 2) };
  }
  throw new MambaError(
    "invalid_argument",
    "Cannot split the text: it has no empty line before its last tenth",
    { hint: "Give a text of several paragraphs." },
  );
}

/** Loads a model; prints how well it predicts the end, and a sample. */
async function judge(
  when: string,
  directory: string,
  { heldOut, prompt, maxTokens, seed }: Trial,
): Promise<void> {
  await using model = await MambaLMHeadModel.fromPretrained(directory);
  const { perplexity, bitsPerByte } = await model.perplexity(heldOut);
  const { text } = await model.generate(prompt, { maxTokens, seed });
  console.log(`${when}: ${directory}`);
  console.log(`  perplexity ${perplexity.toFixed(2)}`);
  console.log(`  bits per byte ${bitsPerByte?.toFixed(4)}`);
  console.log(`  ${prompt}${text}\n`);
}

/** Trains to the end and prints how the validation goes. */
async function follow(trainer: Trainer): Promise<void> {
  for await (const event of trainer.run()) {
    if (event.type === "start") {
      const { steps, trainable, parameters } = event;
      console.log(
        `training ${trainable} of ${parameters} parameters, ${steps} steps`,
      );
    }
    if (event.type === "validation") {
      console.log(`  step ${event.step}, loss ${event.loss.toFixed(4)}`);
    }
    if (event.type === "end") {
      throwIfFailed(event);
      console.log(`  done in ${event.seconds.toFixed(1)} seconds\n`);
    }
  }
}
