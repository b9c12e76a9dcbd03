import { assertEquals } from "@std/assert";
import { Partings, splitAt } from "../../lib/web/compare/partings.ts";

function find(texts: string[], finished = true, partings = new Partings()) {
  return partings.find(texts.map((text) => ({ text, finished })));
}

Deno.test("Partings finds the first unit that differs from the first text", () => {
  assertEquals(find(["abcd", "abXd", "aYcd"]), [1, 2, 1]);
  assertEquals(find(["same", "same"]), [undefined, undefined]);
  assertEquals(find([]), []);
  assertEquals(find(["", ""]), [undefined, undefined]);
});

Deno.test("Partings takes a shorter text for a difference once it has ended", () => {
  assertEquals(find(["ab", "abcd"]), [2, 2]);
  assertEquals(find(["ab", "abcd"], false), [undefined, undefined]);
  const ended = new Partings().find([
    { text: "abcd", finished: false },
    { text: "ab", finished: true },
  ]);
  assertEquals(ended, [2, 2]);
});

Deno.test("Partings follows texts that grow, and notices new ones", () => {
  const partings = new Partings();
  assertEquals(find(["ab", "abc"], false, partings), [undefined, undefined]);
  assertEquals(find(["abcd", "abcX"], false, partings), [3, 3]);
  assertEquals(find(["abcdef", "abcXef"], false, partings), [3, 3]);
  assertEquals(find(["a", "b"], false, partings), [0, 0]);
});

Deno.test("Partings never cuts a character in two", () => {
  // The two share their first half.
  assertEquals(find(["a\u{1f600}", "a\u{1f601}"]), [1, 1]);
  assertEquals(splitAt("a\u{1f600}b", 1), ["a", "\u{1f600}", "b"]);
});

Deno.test("splitAt() marks nothing where nothing differs", () => {
  assertEquals(splitAt("abc", undefined), ["abc", "", ""]);
  assertEquals(splitAt("abc", 3), ["abc", "", ""]);
  assertEquals(splitAt("abc", 0), ["", "a", "bc"]);
});
