import { assertEquals, assertThrows } from "@std/assert";
import { MambaError } from "../../lib/mod.ts";
import { matchNames } from "../../lib/training/trainable.ts";

const NAMES = ["backbone.a.weight", "backbone.b.weight", "backbone.b.bias"];

Deno.test("matchNames() takes stars anywhere", () => {
  const matched = (...patterns: string[]) => [...matchNames(NAMES, patterns)];
  assertEquals(matched("*"), NAMES);
  assertEquals(matched("*.b.*"), NAMES.slice(1));
  assertEquals(matched("backbone.*.weight"), NAMES.slice(0, 2));
  assertEquals(matched("*ias", "backbone.a.weight"), [NAMES[2]!, NAMES[0]!]);
  assertEquals(matched("*b*o*e.b*.**s"), [NAMES[2]!]);
});

Deno.test("matchNames() does not let parts of a pattern overlap", () => {
  assertThrows(() => matchNames(["aba"], ["ab*ba"]), MambaError, '"ab*ba"');
  assertEquals([...matchNames(["abba"], ["ab*ba"])], ["abba"]);
});

Deno.test("matchNames() names the pattern that fits nothing", () => {
  const error = assertThrows(
    () => matchNames(NAMES, ["*", "backbone.c.*", "("]),
    MambaError,
    '"backbone.c.*" fits no tensor',
  );
  assertEquals(error.field, "trainable");
  assertThrows(() => matchNames(NAMES, []), MambaError, "nothing");
});
