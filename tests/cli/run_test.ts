import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { dirname } from "node:path";
import { MambaLMHeadModel } from "../../lib/mod.ts";
import { runMain } from "./fake_terminal.ts";
import { MAMBA1 } from "./fixtures.ts";

const PROMPT = "Once upon";
const SHORT = ["--max-tokens", "12", "--seed", "5", "--ignore-eos"];

async function expectedText(options = {}): Promise<string> {
  await using model = await MambaLMHeadModel.fromPretrained(MAMBA1);
  const { text } = await model.generate(PROMPT, {
    maxTokens: 12,
    seed: 5,
    ignoreEos: true,
    ...options,
  });
  return text;
}

Deno.test("run prints the prompt and its continuation", async () => {
  const { code, out, notes } = await runMain(["run", MAMBA1, PROMPT, ...SHORT]);
  assertEquals(code, 0);
  assertEquals(out, `${PROMPT}${await expectedText()}\n`);
  assertMatch(notes, /prompt tokens.*12 tokens.*seed 5 · length/);
});

Deno.test("run finds a model by the name of its directory", async () => {
  const before = Deno.env.get("MAMBA_MODELS");
  Deno.env.set("MAMBA_MODELS", dirname(MAMBA1));
  try {
    const byName = await runMain(["run", "tiny-mamba1", PROMPT, ...SHORT]);
    const byPath = await runMain(["run", MAMBA1, PROMPT, ...SHORT]);
    assertEquals(byName.out, byPath.out);
  } finally {
    if (before === undefined) Deno.env.delete("MAMBA_MODELS");
    else Deno.env.set("MAMBA_MODELS", before);
  }
});

Deno.test("run leaves out prompt and figures when asked", async () => {
  const { out, notes } = await runMain([
    "run",
    MAMBA1,
    PROMPT,
    ...SHORT,
    "--no-echo",
    "--quiet",
  ]);
  assertEquals([out, notes], [`${await expectedText()}\n`, ""]);
});

Deno.test("run reads the prompt from standard input for a dash", async () => {
  const { code, out } = await runMain(["run", MAMBA1, "-", ...SHORT], {
    input: `${PROMPT}\n`,
  });
  assertEquals([code, out], [0, `${PROMPT}${await expectedText()}\n`]);
});

Deno.test("run passes every sampling flag on", async () => {
  const { out } = await runMain(
    [
      ...["run", MAMBA1, PROMPT, ...SHORT, "--no-echo"],
      ...["--temperature", "1.5", "--top-k", "40", "--top-p", "0.9"],
      ...["--min-p", "0.01", "--repetition-penalty", "1.3"],
      ...["--repetition-window", "8", "--presence-penalty", "0.2"],
      ...["--frequency-penalty", "0.1", "--logit-bias", "60=5"],
      ...["--logit-bias", "61=-inf"],
    ],
  );
  const text = await expectedText({
    temperature: 1.5,
    topK: 40,
    topP: 0.9,
    minP: 0.01,
    repetitionPenalty: 1.3,
    repetitionWindow: 8,
    presencePenalty: 0.2,
    frequencyPenalty: 0.1,
    logitBias: { 60: 5, 61: -Infinity },
  });
  assertEquals(out, `${text}\n`);
});

Deno.test("run stops before a stop text", async () => {
  const whole = await expectedText();
  const stop = whole.slice(3, 5);
  const { out, notes } = await runMain(
    ["run", MAMBA1, PROMPT, ...SHORT, "--no-echo", "--stop", stop],
  );
  assertEquals(out, `${whole.slice(0, whole.indexOf(stop))}\n`);
  assertStringIncludes(notes, `stopped at ${JSON.stringify(stop)}`);
});

Deno.test("run prints one JSON object with --json", async () => {
  const { code, out, notes } = await runMain(
    ["run", MAMBA1, PROMPT, ...SHORT, "--json", "--logprobs", "2"],
  );
  const made = JSON.parse(out);
  assertEquals([code, notes], [0, ""]);
  assertEquals(made.model, "tiny-mamba1");
  assertEquals(made.text, await expectedText());
  assertEquals([made.ids.length, made.logprobs.length], [12, 12]);
  assertEquals(made.top.map((top: unknown[]) => top.length), Array(12).fill(2));
  assertEquals([made.seed, made.finishReason], [5, "length"]);
  assertEquals(made.timings.generatedTokens, 12);
});

Deno.test("run prints every event with --json-lines", async () => {
  const { code, out } = await runMain(
    ["run", MAMBA1, PROMPT, ...SHORT, "--json-lines"],
  );
  const events = out.trimEnd().split("\n").map((line) => JSON.parse(line));
  const ofType = (type: string) => events.filter((e) => e.type === type);
  assertEquals(code, 0);
  assertEquals(ofType("start").map((e) => e.model), ["tiny-mamba1"]);
  assertEquals(ofType("token").length, 12);
  assertEquals(ofType("done")[0].text, await expectedText());
});

Deno.test("run prints a token a line with --logprobs", async () => {
  const { out } = await runMain(
    ["run", MAMBA1, PROMPT, ...SHORT, "--logprobs", "3"],
  );
  const [first, ...lines] = out.trimEnd().split("\n");
  assertEquals([first, lines.length], [PROMPT, 12]);
  for (const line of lines) {
    assertEquals([...line.matchAll(/-?\d+\.\d{3} "/g)].length, 4);
  }
});

Deno.test("run answers every line that a person types", async () => {
  const { code, out, notes } = await runMain(["run", MAMBA1, ...SHORT], {
    lines: [PROMPT, "", PROMPT],
  });
  const once = `${PROMPT}${await expectedText()}\n`;
  assertEquals([code, out], [0, once + once]);
  assertStringIncludes(notes, "Ctrl-D");
});

Deno.test("run wants a prompt where nobody types", async () => {
  const { code, notes } = await runMain(["run", MAMBA1]);
  assertEquals(code, 2);
  assertMatch(notes, /without a prompt[^]*hint: /);
});

Deno.test("run keeps what is there when it is interrupted", async () => {
  const { code, out, notes } = await runMain(
    ["run", MAMBA1, PROMPT, "--max-tokens", "100000", "--ignore-eos"],
    { interruptAfter: 10 },
  );
  assertEquals(code, 130);
  assert(out.startsWith(PROMPT) && out.endsWith("\n"));
  assertLess(out.length, 5000);
  assertMatch(notes, /tok\/s.*cancelled$/);
});

Deno.test("run tells in JSON what was made until the interrupt", async () => {
  const { code, out } = await runMain(
    [
      "run",
      MAMBA1,
      PROMPT,
      "--max-tokens",
      "100000",
      "--ignore-eos",
      "--json-lines",
    ],
    { interruptAfter: 30 },
  );
  const done = JSON.parse(out.trimEnd().split("\n").at(-1)!);
  assertEquals(code, 130);
  assertEquals([done.type, done.finishReason], ["done", "cancelled"]);
  assertGreater(done.ids.length, 0);
});

Deno.test("run goes on with the next line after an interrupt", async () => {
  const { code, out } = await runMain(
    ["run", MAMBA1, "--max-tokens", "50", "--ignore-eos", "--seed", "5"],
    { lines: [PROMPT, PROMPT], interruptAfter: 6 },
  );
  assertEquals(code, 0);
  assertEquals(out.split(PROMPT).length, 3);
});

Deno.test("run ends quietly when its output is no longer read", async () => {
  const { code, notes } = await runMain(
    ["run", MAMBA1, PROMPT, "--max-tokens", "100000", "--ignore-eos"],
    { closeAfter: 5 },
  );
  assertEquals([code, notes], [0, ""]);
});

Deno.test("run says how a model is downloaded that is not here", async () => {
  const { code, notes } = await runMain([
    "run",
    "state-spaces/mamba-130m",
    "x",
  ]);
  assertEquals(code, 1);
  assertMatch(
    notes,
    /error: .*state-spaces\/mamba-130m[^]*hint: .*mamba pull state-spaces\/mamba-130m/,
  );
});

Deno.test("run lists the models that are there for one that is not", async () => {
  const { code, notes } = await runMain(["run", "no-such-model", "x"]);
  assertEquals(code, 1);
  assertMatch(notes, /error: .*"no-such-model"[^]*hint: /);
});

Deno.test("run tells why a directory is no model", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, notes } = await runMain(["run", folder, "x"]);
    assertEquals(code, 1);
    assertMatch(notes, /^error: .*config\.json[^]*hint: /);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("run refuses two forms of output at once", async () => {
  const { code } = await runMain(
    ["run", MAMBA1, "x", "--json", "--json-lines"],
  );
  assertEquals(code, 2);
});

Deno.test("run takes a lone text for the prompt of the first model", async () => {
  const alone = await runMain(["run", "Once upon a time", ...SHORT]);
  const named = await runMain([
    "run",
    "fairy-mamba1",
    "Once upon a time",
    ...SHORT,
  ]);
  assertEquals(alone.code, 0);
  assertEquals(alone.out, named.out);
});

Deno.test("run takes a lone word for a model's name", async () => {
  const { code, notes } = await runMain(["run", "Once", ...SHORT]);
  assertEquals(code, 2);
  assertStringIncludes(notes, "without a prompt");
});
