import {
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertMatch,
} from "@std/assert";
import { MambaLMHeadModel } from "../../lib/mod.ts";
import { FakeTerminal, runMain } from "./fake_terminal.ts";
import { MAMBA1 } from "./fixtures.ts";
import { main } from "../../lib/cli/main.ts";

const TEXT = "Once upon a time, wörld 🙂.<|endoftext|>It was a dark night.\n";

async function expected(text: string | Uint32Array) {
  await using model = await MambaLMHeadModel.fromPretrained(MAMBA1);
  return await model.perplexity(text);
}

/** Runs `body` with a file of its own. */
async function withFile(
  content: string | Uint8Array,
  body: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    await Deno.writeFile(path, bytes);
    await body(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("ppl prints perplexity and bits per byte with their errors", async () => {
  await withFile(TEXT, async (path) => {
    const { code, out, notes } = await runMain(["ppl", MAMBA1, path]);
    assertEquals([code, notes], [0, ""]);
    const { perplexity, tokens, bytes } = await expected(TEXT);
    const shown = /^perplexity +([\d.]+) ± ([\d.]+)$/m.exec(out)!;
    assertAlmostEquals(Number(shown[1]), perplexity, perplexity / 100);
    assertMatch(out, /^bits per byte +[\d.]+ ± [\d.]+$/m);
    assertMatch(out, new RegExp(`^tokens predicted +${tokens}$`, "m"));
    assertMatch(out, new RegExp(`^bytes predicted +${bytes}$`, "m"));
    assertMatch(out, /^speed +[\d.]+ tok\/s$/m);
  });
});

Deno.test("ppl prints JSON and reads standard input as it is", async () => {
  const { code, out, notes } = await runMain(
    ["ppl", MAMBA1, "-", "--json", "--device", "cpu", "--threads", "1"],
    { input: TEXT },
  );
  const { model, device, dtype, file, tokensPerSecond, ...measured } = JSON
    .parse(out);
  assertEquals([code, notes], [0, ""]);
  assertEquals([model, device, dtype, file], [
    "tiny-mamba1",
    "cpu",
    "f32",
    "-",
  ]);
  assertGreater(tokensPerSecond, 0);
  const { tokensPerSecond: _, ...same } = await expected(TEXT);
  assertEquals(Object.keys(measured), Object.keys(same));
  for (const [name, value] of Object.entries(same)) {
    assertAlmostEquals(measured[name] / value, 1, 1e-5, name);
  }
});

Deno.test("ppl reads only so many tokens", async () => {
  const { out } = await runMain(
    ["ppl", MAMBA1, "-", "--json", "--max-tokens", "7"],
    { input: TEXT },
  );
  assertEquals(JSON.parse(out).tokens, 6);
  const one = await runMain(["ppl", MAMBA1, "-", "--max-tokens", "2"], {
    input: TEXT,
  });
  assertMatch(one.out, /^perplexity +[\d.]+$/m);
  const none = await runMain(["ppl", MAMBA1, "-", "--max-tokens", "1"]);
  assertEquals(none.code, 2);
});

Deno.test("ppl tells what is wrong with the text", async () => {
  const refused: [string, RegExp][] = [
    ["", /^error: .*empty text\nhint: /],
    ["x", /^error: .*one token.*\nhint: /],
  ];
  for (const [input, pattern] of refused) {
    const { code, out, notes } = await runMain(["ppl", MAMBA1, "-"], { input });
    assertEquals([code, out], [1, ""]);
    assertMatch(notes, pattern);
  }
});

Deno.test("ppl tells why a file cannot be read", async () => {
  const missing = await runMain(["ppl", MAMBA1, "/nowhere/text"]);
  assertEquals(missing.code, 1);
  assertMatch(missing.notes, /^error: .*\/nowhere\/text.*no such[^]*hint: /);
  const folder = await runMain(["ppl", MAMBA1, MAMBA1]);
  assertEquals(folder.code, 1);
  assertMatch(folder.notes, /^error: .*directory[^]*hint: /);
  await withFile(Uint8Array.of(0xff, 0xfe, 0x41), async (path) => {
    const { code, notes } = await runMain(["ppl", MAMBA1, path]);
    assertEquals(code, 1);
    assertMatch(notes, /^error: .*UTF-8/);
  });
});

Deno.test("ppl wants a model and a file", async () => {
  const { code, notes } = await runMain(["ppl", MAMBA1]);
  assertEquals(code, 2);
  assertMatch(notes, /<file> is missing/);
});

/** Presses Ctrl-C as soon as the text is being read. */
class Impatient extends FakeTerminal {
  #seen = 0;

  override progress(line: string): void {
    if (line.startsWith("reading") && this.#seen++ === 0) this.interrupt();
  }
}

Deno.test("ppl ends with 130 when it is interrupted", async () => {
  const terminal = new Impatient({ input: TEXT.repeat(100) });
  const code = await main(["ppl", MAMBA1, "-"], terminal);
  assertEquals([code, terminal.out], [130, ""]);
  assertEquals(terminal.notes, ["interrupted"]);
});

Deno.test("ppl --compare shows what q8 and q4 cost beside f32", async () => {
  await withFile(TEXT, async (path) => {
    const { code, out } = await runMain(["ppl", MAMBA1, path, "--compare"]);
    assertEquals(code, 0);
    const dtypes = out.trim().split("\n").map((line) => line.split(/ +/)[0]);
    assertEquals(dtypes, ["dtype", "f32", "q8", "q4"]);
    const one = await runMain([
      "ppl",
      MAMBA1,
      path,
      "--compare",
      "--dtype",
      "bf16",
      "--json",
    ]);
    const [f32, bf16] = JSON.parse(one.out).results;
    assertEquals([f32.dtype, bf16.dtype, f32.kl], ["f32", "bf16", 0]);
    assertGreater(bf16.kl, 0);
    const { perplexity } = await expected(TEXT);
    assertAlmostEquals(f32.measured.perplexity / perplexity, 1, 1e-5);
  });
});
