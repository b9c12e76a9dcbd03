import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runMain } from "./fake_terminal.ts";
import { MAMBA1, MAMBA2 } from "./fixtures.ts";

const OPTIONS = ["--prompt", "Once", "--max-tokens", "6", "--ignore-eos"];

Deno.test("compare prints every answer and a table", async () => {
  const { code, out, notes } = await runMain(
    ["compare", MAMBA1, MAMBA2, ...OPTIONS, "--seed", "3"],
  );
  assertEquals(code, 0);
  for (const name of ["tiny-mamba1", "tiny-mamba2"]) {
    assertStringIncludes(out, `── ${name} ──\nOnce`);
    assertMatch(out, new RegExp(`^${name} .* 6 +length$`, "m"));
  }
  assertEquals(notes.split("\n").length, 2);
});

Deno.test("compare answers as run does, with one seed for all", async () => {
  const { out } = await runMain(
    ["compare", MAMBA1, MAMBA2, ...OPTIONS, "--json"],
  );
  const { prompt, seed, results } = JSON.parse(out);
  assertEquals(prompt, "Once");
  assertEquals(results.length, 2);
  for (const [i, model] of [MAMBA1, MAMBA2].entries()) {
    const alone = await runMain([
      ...["run", model, "Once", "--max-tokens", "6", "--ignore-eos", "--json"],
      ...["--seed", String(seed)],
    ]);
    assertEquals(results[i].text, JSON.parse(alone.out).text);
    assertEquals(results[i].seed, seed);
  }
});

Deno.test("compare stops at the model that was interrupted", async () => {
  const { code, out } = await runMain(
    ["compare", MAMBA1, MAMBA2, "--prompt", "Once", "--max-tokens", "100000"],
    { interruptAfter: 8 },
  );
  assertEquals(code, 130);
  assertMatch(out, /^tiny-mamba1 .*cancelled$/m);
  assertEquals(out.includes("tiny-mamba2"), false);
});

Deno.test("compare wants two models and a prompt", async () => {
  assertEquals((await runMain(["compare", MAMBA1, ...OPTIONS])).code, 2);
  const { code, notes } = await runMain(["compare", MAMBA1, MAMBA2]);
  assertEquals(code, 2);
  assertStringIncludes(notes, "--prompt");
});

Deno.test("compare takes the first two models when none is named", async () => {
  const { code, out } = await runMain([
    "compare",
    "--prompt",
    "Once upon a time",
    "--max-tokens",
    "4",
    "--json",
  ]);
  assertEquals(code, 0);
  const { results } = JSON.parse(out);
  assertEquals(
    results.map(({ model }: { model: string }) => model),
    ["fairy-mamba1", "fairy-mamba2"],
  );
});
