/**
 * The programs of tests/native on the simulated GPU: every op and its backward
 * against the reference, from the same tables as for the cpu device; once in
 * order and fast, once checked, and in random orders.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { buildNativeTests } from "../../lib/simulator/build_tests.ts";
import { inProject } from "../../lib/tasks/project.ts";
import { test } from "./tools.ts";

const PROGRAMS = [
  "ops_test",
  "backward_test",
  "continuity_test",
  "trainer_test",
];

function folderOf(checked: boolean): string {
  const mode = checked ? "checked" : "fast";
  return inProject("metal", "build", "simulator", mode, "tests");
}

/**
 * What the names of the wanted tests have in them. A checked gradient is slow:
 * each case once runs every kernel; that bits stay the same is shown fast.
 */
function wordsFor(program: string, checked: boolean): string[] {
  return checked && program === "backward_test"
    ? ["metal", "agrees with the reference"]
    : ["metal"];
}

/** The tests on metal and, as their names have no device, some others. */
async function run(
  program: string,
  checked: boolean,
  env: Record<string, string> = {},
): Promise<void> {
  const { code, stdout, stderr } = await new Deno.Command(
    `${folderOf(checked)}/${program}`,
    { args: wordsFor(program, checked), env },
  ).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  assertEquals(code, 0, text.slice(-4000));
  assertStringIncludes(text, " passed, 0 failed");
}

for (const checked of [false, true]) {
  const mode = checked ? "checked" : "fast";
  test(
    `the native tests pass on the simulated GPU (${mode})`,
    async (t) => {
      await buildNativeTests(PROGRAMS, folderOf(checked), { checked });
      for (const program of PROGRAMS) {
        await t.step(program, () => run(program, checked));
      }
      // Another order of threads shows what only one order hides.
      for (const seed of checked ? ["7"] : ["1", "2", "3"]) {
        await t.step(
          `ops_test in the random order ${seed}`,
          () => run("ops_test", checked, { SIMULATOR_SCHEDULE: seed }),
        );
      }
    },
  );
}
