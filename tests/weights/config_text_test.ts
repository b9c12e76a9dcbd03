import { assertEquals, assertThrows } from "@std/assert";
import { MambaError } from "../../lib/api/mamba_error.ts";
import { formatConfigText, parseConfigText } from "../../lib/weights/mod.ts";
import { parseJsonText } from "../../lib/weights/json_text.ts";

const parse = (text: string) => parseConfigText(text, "config.json");

Deno.test("parseConfigText() reads what JSON.parse reads", () => {
  const texts = [
    "null",
    "true",
    " -0.5e3 ",
    '"a\\u00e9\\"\\\\\\n/"',
    "[]",
    "[1,[2,[]],{}]",
    '{"a": {"b": [false, null, "c"]}, "": 0}',
  ];
  for (const text of texts) {
    const plain = JSON.parse(text);
    assertEquals(JSON.stringify(parse(text)), JSON.stringify(plain));
  }
});

Deno.test("parseConfigText() reads bare Infinity, -Infinity and NaN outside strings", () => {
  const value = parse('{"a": [0.0, Infinity], "b": -Infinity, "c": NaN}');
  const { a, b, c } = value as { a: number[]; b: number; c: number };
  assertEquals([a, b, c], [[0, Infinity], -Infinity, NaN]);
  assertEquals(parse('"Infinity and NaN"'), "Infinity and NaN");
});

Deno.test("parseConfigText() makes every key plain data", () => {
  const value = parse('{"__proto__": {"polluted": 1}, "constructor": 2}');
  assertEquals(Object.keys(value as object), ["__proto__", "constructor"]);
  assertEquals(Object.getPrototypeOf(value), null);
  assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
});

const BAD: [string, string, string][] = [
  ["nothing", "", "ends too early"],
  ["an end too early", '{"a": {"b"', "expected ':'"],
  ["a trailing comma", "[1,]", "unexpected"],
  ["a missing comma", "[1 2]", "expected ',' or ']'"],
  ["a key without quotes", "{a: 1}", "expected a key"],
  ["single quotes", "{'a': 1}", "expected a key"],
  ["a comment", "// a\n1", "unexpected"],
  ["a byte order mark", "\ufeff{}", "unexpected"],
  ["a leading zero", "[01]", "expected ',' or ']'"],
  ["a lone minus", "-", "unexpected"],
  ["a hexadecimal number", "0x10", "text after the value"],
  ["another bare word", "undefined", 'bare word "undefined"'],
  ["infinity in lower case", "infinity", "bare word"],
  ["a word run on", "[Infinity1]", "expected ',' or ']'"],
  ["a line feed in a string", '"a\nb"', "control character"],
  ["an unknown escape", '"\\x41"', "bad escape"],
  ["a string without end", '"abc', "without end"],
  ["a key twice", '{"n_layer": 1, "n_layer": 2}', 'key "n_layer" twice'],
  ["deep nesting", "[".repeat(100_000), "nested too deeply"],
  ["too many values", `[${"1,".repeat(200_000)}1]`, "too many values"],
  ["two megabytes", " ".repeat(2_000_000), "no configuration"],
];
for (const [what, text, phrase] of BAD) {
  Deno.test(`parseConfigText() refuses ${what}`, () => {
    const error = assertThrows(() => parse(text), MambaError, phrase);
    assertEquals(error.code, "invalid_checkpoint");
    assertEquals(error.message.startsWith("Cannot load config.json: "), true);
  });
}

Deno.test("parseJsonText() with wholeNumbers refuses every other number", () => {
  const read = (text: string) =>
    parseJsonText(text, "x", { wholeNumbers: true });
  assertEquals(read("[0, 12, 9007199254740991]"), [0, 12, 2 ** 53 - 1]);
  for (const text of ["-1", "-0", "1.0", "1e3", "0.5"]) {
    assertThrows(() => read(text), MambaError, "not a whole number");
  }
  assertThrows(() => read("NaN"), MambaError, "bare word");
});

Deno.test("formatConfigText() writes floats and infinities as Python does", () => {
  const text = formatConfigText({
    time_step_limit: [0, Infinity],
    time_step_scale: 1,
    n_layer: 2,
    empty: [],
    nested: { name: "a", ok: true, none: null },
  });
  assertEquals(
    text,
    `{
  "time_step_limit": [
    0.0,
    Infinity
  ],
  "time_step_scale": 1.0,
  "n_layer": 2,
  "empty": [],
  "nested": {
    "name": "a",
    "ok": true,
    "none": null
  }
}
`,
  );
});

Deno.test("parseJsonText() holds texts as JSON.stringify writes them to the same rules", () => {
  const plain = { b: { c: [1, 2.5, -3, null, "x"] }, __proto__x: {}, a: true };
  const value = parseJsonText(JSON.stringify(plain) + " \n", "header");
  assertEquals(JSON.stringify(value), JSON.stringify(plain));
  const proto = parseJsonText('{"a":{"__proto__":{}}}', "header");
  assertEquals(Object.getPrototypeOf(proto), null);
  assertEquals(Object.keys((proto as { a: object }).a), ["__proto__"]);

  const refused: [string, Parameters<typeof parseJsonText>[2], string][] = [
    ['{"a":1,"a":1}', {}, 'key "a" twice'],
    ["[[[[[]]]]]", { maxDepth: 3 }, "nested too deeply"],
    ["[1,2,3]", { maxValues: 3 }, "too many values"],
    ["[1.5]", { wholeNumbers: true }, "whole"],
    ["[-1]", { wholeNumbers: true }, "whole"],
    ["[1]\u00a0", {}, "text after the value"],
  ];
  for (const [text, options, reason] of refused) {
    assertThrows(
      () => parseJsonText(text, "header", options),
      MambaError,
      reason,
    );
  }
});
