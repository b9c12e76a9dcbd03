import { assertEquals, assertMatch } from "@std/assert";
import { loadTokenizer } from "../../lib/mod.ts";
import { runMain } from "./fake_terminal.ts";
import { MAMBA1 } from "./fixtures.ts";

const TEXT = "Hello, wörld 🙂";

Deno.test("tokenize prints the ids of a text with their pieces", async () => {
  const ids = [...(await loadTokenizer(MAMBA1)).encode(TEXT)];
  const { code, out, notes } = await runMain(["tokenize", MAMBA1, TEXT]);
  const lines = out.trimEnd().split("\n");
  assertEquals(code, 0);
  assertEquals(lines.map((line) => parseInt(line)), ids);
  for (const line of lines) assertMatch(line, /^ *\d+ {2}".*"$/);
  assertEquals(notes, `${ids.length} tokens`);
});

Deno.test("tokenize and its --decode undo each other", async () => {
  const encoded = await runMain(["tokenize", MAMBA1, "-", "--json"], {
    input: `${TEXT}\n`,
  });
  const { ids, pieces, text } = JSON.parse(encoded.out);
  assertEquals([text, ids.length], [TEXT, pieces.length]);
  const decoded = await runMain(
    ["tokenize", MAMBA1, JSON.stringify(ids), "--decode"],
  );
  assertEquals(decoded.out, `${TEXT}\n`);
});

Deno.test("tokenize takes a tokenizer.json and its directory", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/tokenizer.json`;
    await Deno.copyFile(`${MAMBA1}/tokenizer.json`, file);
    const expected = (await runMain(["tokenize", MAMBA1, TEXT])).out;
    assertEquals((await runMain(["tokenize", file, TEXT])).out, expected);
    assertEquals((await runMain(["tokenize", folder, TEXT])).out, expected);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("tokenize names what is no id", async () => {
  for (const word of ["two", "1.5", "-1", "99999"]) {
    const { code, notes } = await runMain(
      ["tokenize", MAMBA1, "--decode", "--", `1 ${word}`],
    );
    assertEquals(code, 2);
    assertMatch(notes, new RegExp(`"${word}"`));
  }
});

Deno.test("tokenize prints nothing for an empty text", async () => {
  const { code, out, notes } = await runMain(["tokenize", MAMBA1, ""]);
  assertEquals([code, out, notes], [0, "", "0 tokens"]);
});
