import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parseFlags } from "../../lib/cli/flags.ts";
import { programName } from "../../lib/cli/help_text.ts";
import { VERBS } from "../../lib/cli/verbs.ts";
import { VERSION } from "../../lib/config.ts";
import { runMain } from "./fake_terminal.ts";

Deno.test("main() explains itself on standard error without a verb", async () => {
  const { code, out, notes } = await runMain([]);
  assertEquals([code, out], [2, ""]);
  for (const { name } of VERBS) assertStringIncludes(notes, `  ${name} `);
});

Deno.test("main() explains itself on standard output when asked", async () => {
  for (const args of [["--help"], ["-h"], ["help"]]) {
    const { code, out, notes } = await runMain(args);
    assertEquals([code, notes], [0, ""]);
    for (const { summary } of VERBS) assertStringIncludes(out, summary);
  }
});

Deno.test("main() prints the version", async () => {
  const { code, out } = await runMain(["--version"]);
  assertEquals([code, out], [0, `fresh-mamba ${VERSION}\n`]);
});

Deno.test("main() names the nearest verb for one that is not there", async () => {
  const { code, out, notes } = await runMain(["tokenise"]);
  assertEquals([code, out], [2, ""]);
  assertMatch(notes, /^error: Cannot .*"tokenise"[^]*hint: .*tokenize/);
});

Deno.test("main() names a word that is missing or too many", async () => {
  const missing = await runMain(["show"]);
  assertEquals(missing.code, 2);
  assertStringIncludes(missing.notes, "<model> is missing");
  const extra = await runMain(["run", "model", "once", "upon"]);
  assertEquals(extra.code, 2);
  assertMatch(extra.notes, /"upon"[^]*quotes/);
});

Deno.test("main() points to the verb's help after a wrong flag", async () => {
  const { code, notes } = await runMain(["show", "model", "--zzz"]);
  assertEquals(code, 2);
  assertMatch(notes, /--zzz[^]*hint: See .* help show\./);
});

Deno.test("main() explains a verb in two ways alike", async () => {
  for (const { name, flags } of VERBS) {
    const help = await runMain(["help", name]);
    assertEquals(help, await runMain([name, "--help"]));
    assertEquals(help.code, 0);
    for (const [flag, { description }] of Object.entries(flags)) {
      assertMatch(help.out, new RegExp(`--(no-)?${flag}\\b`));
      assertStringIncludes(help.out, description.split(" ")[0]!);
    }
    for (const line of help.out.split("\n")) {
      // Only a long value or example may stand out.
      assertEquals(line.length <= 80 || /<.*\|.*>|"/.test(line), true, line);
    }
  }
});

Deno.test("main() takes --help behind two dashes for text", async () => {
  const { code, out } = await runMain(["help", "--", "--help"]);
  assertEquals([code, out], [2, ""]);
});

Deno.test("every example of the help texts can be read", () => {
  for (const { name, examples, flags, positionals } of VERBS) {
    for (const example of examples) {
      const words = [
        ...example.replace(/ <.*/, "").matchAll(/"([^"]*)"|(\S+)/g),
      ]
        .map(([, quoted, bare]) => quoted ?? bare!);
      assertEquals(words.shift(), name);
      const given = parseFlags(words, flags).positionals;
      const { required = [], optional = [], rest } = positionals;
      assertEquals(given.length >= required.length, true, example);
      const most = required.length + optional.length;
      assertEquals(given.length <= most || rest !== undefined, true, example);
    }
  }
});

Deno.test("programName() is the task in a checkout", () => {
  assertEquals(programName(), "deno task mamba");
});
