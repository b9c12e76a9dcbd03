/** The lint: rules of Metal that are known without a compiler. */
import { assertEquals } from "@std/assert";
import { lintKernel } from "../../lib/simulator/lint.ts";
import { badSnippet, goodSnippets, LINT, namesIn, STRICT } from "./snippets.ts";
import { test } from "./tools.ts";

for (const [name, wanted] of Object.entries(LINT)) {
  test(`lintKernel() refuses ${name}`, async () => {
    const { findings } = await lintKernel(badSnippet(name));
    const [first] = findings;
    assertEquals(`${first?.line}: ${first?.text}`, wanted);
    assertEquals(first?.file, badSnippet(name));
  });
}

for (const [name, path] of goodSnippets()) {
  test(`lintKernel() accepts ${name}`, async () => {
    assertEquals((await lintKernel(path)).findings, []);
  });
}

test("every bad snippet is in one table", () => {
  const listed = [...Object.keys(LINT), ...Object.keys(STRICT)].sort();
  assertEquals(namesIn("tests/metal/bad_snippets"), listed);
});
