import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { MambaLMHeadModel } from "../../lib/mod.ts";
import { runMain } from "./fake_terminal.ts";
import { MAMBA1, MAMBA2 } from "./fixtures.ts";

async function withDirectory(
  body: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("convert writes a model in 4 bits that run takes, with its tokenizer", async () => {
  await withDirectory(async (directory) => {
    const target = join(directory, "four");
    const { code, out } = await runMain([
      "convert",
      MAMBA2,
      target,
      "--dtype",
      "q4",
    ]);
    assertEquals(code, 0);
    assertMatch(out, /four: tiny-mamba2 in q4, /);
    await using model = await MambaLMHeadModel.fromPretrained(target);
    assertEquals(model.dtype, "q4");
    const shown = await runMain(["run", target, "Once", "--max-tokens", "4"]);
    assertEquals(shown.code, 0);
  });
});

Deno.test("convert writes the other form, with the same numbers", async () => {
  await withDirectory(async (directory) => {
    const target = join(directory, "hf");
    const { code, out } = await runMain([
      "convert",
      MAMBA1,
      target,
      "--form",
      "transformers",
      "--json",
    ]);
    assertEquals(code, 0);
    assertEquals(JSON.parse(out).dtype, "f32");
    await using one = await MambaLMHeadModel.fromPretrained(MAMBA1);
    await using other = await MambaLMHeadModel.fromPretrained(target);
    const ids = [1, 2, 3, 4, 5];
    assertEquals(
      (await other.forward(ids)).logits,
      (await one.forward(ids)).logits,
    );
  });
});

Deno.test("convert never writes over a model", async () => {
  const itself = await runMain(["convert", MAMBA1, MAMBA1, "--dtype", "q8"]);
  assertEquals(itself.code, 2);
  assertStringIncludes(itself.notes, "into itself");
  const other = await runMain(["convert", MAMBA1, MAMBA2, "--dtype", "q8"]);
  assertEquals(other.code, 2);
  assertStringIncludes(other.notes, "there is a config.json already");
});
