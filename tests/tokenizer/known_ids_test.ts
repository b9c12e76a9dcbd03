import { assertEquals } from "@std/assert";
import { loadTokenizer } from "../../lib/tokenizer/mod.ts";
import { KNOWN, knownTexts } from "./tokenizers.ts";

for (const known of KNOWN) {
  const { name, path, missing } = known;
  const ignore = missing !== undefined;
  const reason = ignore ? ` (left out: ${missing})` : "";

  Deno.test({
    name: `Tokenizer has the original's ids with ${name}${reason}`,
    ignore,
    fn: async () => {
      const tokenizer = await loadTokenizer(path);
      for (const { text, ids, around = ids } of knownTexts(known)) {
        const shown = JSON.stringify(text);
        assertEquals([...tokenizer.encode(text)], ids, shown);
        const withTemplate = tokenizer.encode(text, { addSpecialTokens: true });
        assertEquals([...withTemplate], around, shown);
      }
    },
  });

  Deno.test({
    name: `Tokenizer has the original's text of ids with ${name}${reason}`,
    ignore,
    fn: async () => {
      const tokenizer = await loadTokenizer(path);
      for (const { ids, decoded } of knownTexts(known)) {
        const options = { skipSpecialTokens: true };
        assertEquals(tokenizer.decode(ids, options), decoded);
      }
    },
  });
}

Deno.test({
  name: "loadTokenizer() reads GPT-NeoX's size and special tokens" +
    (KNOWN[2]!.missing === undefined ? "" : ` (${KNOWN[2]!.missing})`),
  ignore: KNOWN[2]!.missing !== undefined,
  fn: async () => {
    const tokenizer = await loadTokenizer(KNOWN[2]!.path);
    assertEquals(tokenizer.vocabSize, 50277);
    assertEquals(tokenizer.eosTokenId, 0);
    assertEquals([...tokenizer.specialIds], [0, 1]);
    assertEquals([...tokenizer.encode("Hello world")], [12092, 1533]);
    // 50,280 rows and more: the others are padding.
    assertEquals(tokenizer.decode([12092, 50277, 50279, 1533]), "Hello world");
  },
});
