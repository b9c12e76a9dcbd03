/** The strict pass: what clang's C++ for OpenCL and the syntax tree tell. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  checkKernels,
  kernelFiles,
} from "../../lib/simulator/check_kernels.ts";
import { describeFinding } from "../../lib/simulator/finding.ts";
import { lintKernel } from "../../lib/simulator/lint.ts";
import { piped } from "../../lib/simulator/piped.ts";
import { badSnippet, goodSnippets, STRICT } from "./snippets.ts";
import { test } from "./tools.ts";

for (const [name, wanted] of Object.entries(STRICT)) {
  test(`checkKernels() refuses ${name}`, async () => {
    const path = badSnippet(name);
    assertEquals((await lintKernel(path)).findings, []);
    const [first] = await checkKernels([path]);
    assertEquals(`${first?.line}: ${first?.text}`, wanted);
    assertEquals(first?.file, path);
  });
}

for (const [name, path] of goodSnippets()) {
  test(`checkKernels() accepts ${name}`, async () => {
    assertEquals((await checkKernels([path])).map(describeFinding), []);
  });
}

test("checkKernels() accepts every kernel of the backend", async () => {
  const paths = await kernelFiles();
  assertEquals(paths.length > 0, true);
  assertEquals((await checkKernels(paths)).map(describeFinding), []);
});

test("a missing compiler is told with what installs it", async () => {
  const error = await assertRejects(() => piped("clang-of-nobody", [], ""));
  assertEquals(
    (error as Error).message,
    "Cannot find clang-of-nobody: the Metal simulator is built and checked " +
      "with it.",
  );
});
