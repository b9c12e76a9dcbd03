import { assertEquals } from "@std/assert";
import { didYouMean } from "../../lib/cli/did_you_mean.ts";

const VERBS = ["run", "compare", "show", "tokenize", "doctor", "help"];

Deno.test("didYouMean() finds a word with a slip", () => {
  assertEquals(didYouMean("rnu", VERBS), "run");
  assertEquals(didYouMean("tokenise", VERBS), "tokenize");
  assertEquals(didYouMean("docter", VERBS), "doctor");
});

Deno.test("didYouMean() finds a word that was not finished", () => {
  assertEquals(didYouMean("comp", VERBS), "compare");
});

Deno.test("didYouMean() finds nothing for a word that is far from all", () => {
  assertEquals(didYouMean("quantize-everything", VERBS), undefined);
  assertEquals(didYouMean("xyz", VERBS), undefined);
  assertEquals(didYouMean("run", []), undefined);
});
