import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { MambaLMHeadModel } from "../../lib/mod.ts";
import { runMain } from "./fake_terminal.ts";
import { fixture, MAMBA1, MAMBA2 } from "./fixtures.ts";

for (const directory of [MAMBA1, MAMBA2, fixture("tiny-mamba2-f16")]) {
  Deno.test(`show tells of ${directory.split("/").at(-1)} what the loaded model is`, async () => {
    const { code, out } = await runMain([
      "show",
      directory,
      "--json",
      "--tensors",
    ]);
    const shown = JSON.parse(out);
    await using model = await MambaLMHeadModel.fromPretrained(directory);
    assertEquals(code, 0);
    assertEquals(shown.parameters, model.parameterCount);
    assertEquals(shown.stateBytes, model.stateBytes);
    assertEquals(shown.trained, model.trained);
    assertEquals(shown.config.dModel, model.config.dModel);
    assertEquals(
      shown.tensors.map(({ name }: { name: string }) => name),
      model.tensors().map(({ name }) => name),
    );
    const bytes = Object.values<number>(shown.bytesByDtype)
      .reduce((sum, each) => sum + each, 0);
    assertEquals(bytes, shown.bytes);
  });
}

Deno.test("show prints lines for people", async () => {
  const { code, out } = await runMain(["show", MAMBA2]);
  assertEquals(code, 0);
  assertMatch(out, /^architecture +Mamba 2$/m);
  assertMatch(out, /^parameters +[\d.]+ k \(\d+\)$/m);
  assertMatch(out, /^ {2}dState +16$/m);
  assertEquals(out.includes("undefined"), false);
});

Deno.test("show lists tensors when asked", async () => {
  const { out } = await runMain(["show", MAMBA1, "--tensors"]);
  assertMatch(out, /^backbone\.embedding\.weight +F32 +\(\d+, \d+\)$/m);
});

Deno.test("show names the file that is wrong", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/config.json`, "{");
    await Deno.writeTextFile(`${folder}/model.safetensors`, "");
    const { code, notes } = await runMain(["show", folder]);
    assertEquals(code, 1);
    assertStringIncludes(notes, `${folder}/config.json`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
