import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { loadTokenizer } from "../../lib/mod.ts";
import { WRITING_CLI, WRITING_VERBS } from "../../lib/tasks/permissions.ts";
import { runCli } from "./cli_process.ts";
import { runMain } from "./fake_terminal.ts";

const STORY = "Once there was a frog, and the frog was a prince.\n\n" +
  "<|endoftext|>\n\nThe prince was a frog once; the frog was there.\n";

async function inFolder(
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/story.txt`, STORY);
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function train(folder: string, ...args: string[]) {
  return runMain(["train-tokenizer", `${folder}/story.txt`, ...args]);
}

Deno.test("train-tokenizer writes a tokenizer of the size asked for", async () => {
  await inFolder(async (folder) => {
    const out = `${folder}/made/here`;
    const size = ["--vocab-size", "270"];
    const { code, out: text, notes } = await train(
      folder,
      ...size,
      "--out",
      out,
    );
    assertEquals([code, text], [0, ""]);
    const read = new RegExp(`^270 tokens learned from ${STORY.length} B, in .`);
    assertMatch(notes, read);
    const tokenizer = await loadTokenizer(out);
    assertEquals([tokenizer.vocabSize, tokenizer.eosTokenId], [270, 0]);
    assertEquals(tokenizer.decode(tokenizer.encode(STORY)), STORY);
    const whole = Array.from(
      { length: 270 },
      (_, id) => tokenizer.tokenText(id),
    );
    assertEquals(whole.includes(" frog"), true);
  });
});

Deno.test("train-tokenizer takes the path of the file to write, and folders", async () => {
  await inFolder(async (folder) => {
    const out = `${folder}/tokenizer.json`;
    const { code } = await runMain(["train-tokenizer", folder, "--out", out]);
    assertEquals(code, 0);
    assertEquals((await loadTokenizer(out)).eosTokenId, 0);
  });
});

Deno.test("train-tokenizer replaces no tokenizer", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/tokenizer.json`, "mine");
    const { code, notes } = await train(folder, "--out", folder);
    assertEquals(code, 1);
    assertMatch(notes, /Cannot use out: .*tokenizer\.json is there already/);
    const left = await Deno.readTextFile(`${folder}/tokenizer.json`);
    assertEquals(left, "mine");
  });
});

Deno.test("train-tokenizer says what is wrong with a command line", async () => {
  await inFolder(async (folder) => {
    const cases: [string[], number, string][] = [
      [[], 2, "--out is missing"],
      [["--out", `${folder}/o`, "--vocab-size", "256"], 2, "--vocab-size 256"],
      [
        ["--out", `${folder}/o`, `${folder}/none.txt`],
        1,
        "none.txt: there is no",
      ],
    ];
    for (const [args, expected, text] of cases) {
      const { code, notes } = await train(folder, ...args);
      assertEquals(code, expected);
      assertStringIncludes(notes, text);
    }
    await Deno.writeTextFile(`${folder}/story.txt`, "\n<|endoftext|>\n");
    const { code, notes } = await train(folder, "--out", `${folder}/o`);
    assertEquals(code, 1);
    assertMatch(notes, /^error: Cannot learn from no text\nhint: /);
  });
});

Deno.test("train-tokenizer runs with the permissions that it is given", async () => {
  assertEquals(WRITING_VERBS.includes("train-tokenizer"), true);
  await inFolder(async (folder) => {
    const { code, stderr } = await runCli(
      ["train-tokenizer", folder, "--out", `${folder}/o`],
      { permissions: WRITING_CLI },
    );
    assertEquals([code, /^error/m.test(stderr)], [0, false]);
    assertEquals((await loadTokenizer(`${folder}/o`)).eosTokenId, 0);
  });
});
