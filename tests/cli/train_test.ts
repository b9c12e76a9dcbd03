import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { MambaLMHeadModel, type TrainingEvent } from "../../lib/mod.ts";
import { withFolder } from "../helpers/tiny_training.ts";
import { runMain } from "./fake_terminal.ts";
import { MAMBA1, MAMBA2 } from "./fixtures.ts";

const TALE = "Once upon a time there was a miller who had three sons. ";

/** A folder with a text and an options file. */
async function prepare(folder: string): Promise<{
  text: string;
  file: string;
  out: string;
}> {
  const text = join(folder, "tale.txt");
  await Deno.writeTextFile(text, TALE.repeat(20));
  const file = join(folder, "options.json");
  const options = {
    config: { d_model: 32, n_layer: 1 },
    tokenizer: MAMBA1,
    data: text,
    rowLength: 32,
    batchSize: 4,
    steps: 6,
    learningRate: 0.01,
    device: "cpu",
  };
  await Deno.writeTextFile(file, JSON.stringify(options));
  return { text, file, out: join(folder, "run") };
}

function parse(out: string): TrainingEvent[] {
  return out.trim().split("\n").map((line) => JSON.parse(line));
}

Deno.test("train makes a model that loads", async () => {
  await withFolder(async (folder) => {
    const { file, text, out } = await prepare(folder);
    const { code, out: shown, notes } = await runMain(
      ["train", file, "--out", out, "--steps", "4", "--validation", text]
        .concat("--validation-interval", "2", "--sample-interval", "4")
        .concat("--sample-prompt", "Once", "--sample-tokens", "3"),
    );
    assertEquals(code, 0, notes);
    const figures =
      /^step 2 {2}validation loss \d\.\d{4} {2}perplexity [\d.]+ {2}\d\.\d{4} bits per byte\n/;
    assertMatch(shown, figures);
    assertMatch(shown, /\nOnce.+\n\n$/s);
    assertMatch(notes, /^[\d.]+ k parameters; .* a step; cpu, \d thread/);
    assertStringIncludes(notes, `The model is in ${out}/model`);
    await using model = await MambaLMHeadModel.fromPretrained(`${out}/model`);
    assertEquals(model.config.nLayer, 1);
    const again = await runMain(["train", file, "--out", out]);
    assertEquals(again.code, 1);
    assertMatch(again.notes, /there is one already\nhint: Resume it/);
  });
});

Deno.test("train stops with a checkpoint at Ctrl-C, and resumes", async () => {
  await withFolder(async (folder) => {
    const { file, out } = await prepare(folder);
    // The writes: preparing once, start, two steps.
    const first = await runMain(["train", file, "--out", out, "--json"], {
      interruptAfter: 4,
    });
    assertEquals(first.code, 130);
    assertMatch(
      first.notes,
      /^Stopping .*\nStopped after step 2 of 6\. Go on: /,
    );
    assertStringIncludes(first.notes, `train --resume ${out}`);
    const events = parse(first.out);
    assertEquals(
      events.map(({ type }) => type),
      ["preparing", "start", "step", "step", "checkpoint", "end"],
    );
    const second = await runMain(["train", "--resume", out, "--json"]);
    assertEquals(second.code, 0, second.notes);
    assertEquals(
      parse(second.out).flatMap((event) =>
        event.type === "step" ? event.step : []
      ),
      [3, 4, 5, 6],
    );
  });
});

Deno.test("train goes on from a model by its path, and over the file by flags", async () => {
  await withFolder(async (folder) => {
    const { text, out } = await prepare(folder);
    const { code, out: shown, notes } = await runMain(
      ["train", "--model", MAMBA2, "--data", text, "--out", out, "--json"]
        .concat("--steps", "2", "--row-length", "16", "--batch-size", "2")
        .concat("--trainable", "*.out_proj.weight", "--threads", "1"),
    );
    assertEquals(code, 0, notes);
    const start = parse(shown).find((event) => event.type === "start")!;
    assertEquals(start.threads, 1);
    assertEquals(start.trainable < start.parameters / 2, true);
  });
});

Deno.test("train tells what is missing or wrong", async () => {
  await withFolder(async (folder) => {
    const { file, out, text } = await prepare(folder);
    const wrong: [string[], number, RegExp][] = [
      [[file], 2, /Cannot train: --out is missing/],
      [["--out", out], 1, /Cannot use config: neither it nor model/],
      [["--resume", out, "--out", out], 2, /Cannot resume .* other options/],
      [["--resume", out], 1, /options\.json: there is no such file/],
      [[text, "--out", out], 1, /tale\.txt/],
      [[file, "--out", out, "--steps", "0"], 2, /--steps 0: it takes/],
      [[file, "--out", out, "--step", "1"], 2, /Did you mean --steps/],
      [[file, "--out", out, "--data", "no.txt"], 1, /no\.txt/],
      [[file, "--out", out, "--tokenizer", "no-model"], 1, /no-model/],
      [[file, "--out", out, "--trainable", "x"], 1, /"x" fits no tensor/],
    ];
    for (const [args, expected, message] of wrong) {
      const { code, notes } = await runMain(["train", ...args]);
      assertEquals(code, expected, notes);
      assertMatch(notes, message);
      assertMatch(notes, /\nhint: /);
    }
  });
});
