import { assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { runExample } from "./run_example.ts";

const SMALL = ["--batch", "2", "--length", "20", "--d-model", "64"];

Deno.test("01_core_modules shows both blocks, forward and in steps", async () => {
  const { code, stdout, stderr } = await runExample("01_core_modules", SMALL);
  assertEquals([code, stderr], [0, ""]);
  // d_inner 128; Mamba2's convolution has B and C in it too.
  for (
    const line of [
      "  x_proj.weight    (36, 128)",
      "  forward          (2, 20, 64) → (2, 20, 64)",
      "  conv_state       (128, 4)",
      "  ssm_state        (128, 16)",
      "  in_proj.weight   (386, 64)",
      "  conv_state       (256, 4)",
      "  ssm_state        (2, 64, 64)",
      "  forward          (8) → (8, 104)",
    ]
  ) assertStringIncludes(stdout, `${line}\n`);
});

Deno.test("01_core_modules measures that stepping gives what forward gives", async () => {
  const { stdout } = await runExample("01_core_modules", SMALL);
  const found = [...stdout.matchAll(/at most (\S+), (\S+) of the largest/g)];
  assertEquals(found.length, 4);
  for (const [, , relative] of found) assertLess(Number(relative), 1e-4);
});

Deno.test("01_core_modules says what is wrong with a flag", async () => {
  const unknown = await runExample("01_core_modules", ["--size", "2"]);
  assertEquals([unknown.code, unknown.stdout], [1, ""]);
  assertStringIncludes(unknown.stderr, "'--size'");
  const wrong = await runExample("01_core_modules", ["--length", "1.5"]);
  assertEquals(wrong.code, 1);
  assertStringIncludes(
    wrong.stderr,
    "error: Cannot read --length 1.5: it is no integer from 0 on\n",
  );
});
