import { assertEquals } from "@std/assert";
import { splitText } from "../../../lib/training/data/split_text.ts";

async function* piecesOf(text: string, size: number) {
  for (let at = 0; at < text.length; at += size) {
    yield await Promise.resolve(text.slice(at, at + size));
  }
}

Deno.test("splitText() gives what String.split() does, however a text is cut", async () => {
  const texts = [
    "",
    "one",
    "<|end|>",
    "<|end|><|end|>",
    "one<|end|>two<|end|>",
    "<<|end<|end|>|><|end|",
  ];
  for (const separator of ["<|end|>", "|"]) {
    for (const text of texts) {
      for (let size = 1; size <= 12; size++) {
        const parts = splitText(piecesOf(text, size), { separator, path: "-" });
        assertEquals(await Array.fromAsync(parts), text.split(separator));
      }
    }
  }
});
