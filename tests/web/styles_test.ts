import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { EXPORT_TOKENS } from "../../lib/web/benchmark/charts_document.tsx";

const CSS = await Deno.readTextFile(
  new URL("../../static/styles.css", import.meta.url),
);

/** What is written on what: text needs 4.5, borders of controls 3. */
const TEXT: [string, string][] = [
  ["ink", "paper"],
  ["ink", "surface"],
  ["ink", "sunken"],
  ["ink", "accent-soft"],
  ["ink-soft", "paper"],
  ["ink-soft", "surface"],
  ["accent", "paper"],
  ["accent", "surface"],
  ["accent", "accent-soft"],
  ["accent-strong", "surface"],
  ["on-accent", "accent"],
  ["on-accent", "accent-strong"],
  ["danger", "danger-soft"],
  ["danger", "surface"],
  ["notice", "notice-soft"],
  ["notice-soft", "notice"],
  ...[0, 1, 2, 3, 4, 5].map((heat): [string, string] => [
    "ink",
    `heat-${heat}`,
  ]),
];
const SHAPES: [string, string][] = [
  ["line-strong", "surface"],
  ["line-strong", "paper"],
  ["focus", "paper"],
  ["focus", "surface"],
  ...[0, 1, 2, 3, 4, 5].map((series): [string, string] => [
    `series-${series}`,
    "surface",
  ]),
];

/** The tokens that a rule sets, by the rule's beginning. */
function tokensOf(selector: string): Record<string, string> {
  const start = CSS.indexOf(`${selector} {`);
  const block = CSS.slice(start, CSS.indexOf("}", start));
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*([^;]+);/g)]
      .map(([, name, value]) => [name, value]),
  );
}

function luminance(colour: string): number {
  const channels = colour.match(/[0-9a-f]{2}/gi)!.map((hex) => {
    const value = parseInt(hex, 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * channels[0]! + 0.7152 * channels[1]! + 0.0722 * channels[2]!;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) =>
    a - b
  );
  return (light! + 0.05) / (dark! + 0.05);
}

const THEMES = {
  light: tokensOf("\n:root"),
  dark: tokensOf(':root[data-theme="dark"]'),
};

for (const [theme, tokens] of Object.entries(THEMES)) {
  Deno.test(`styles.css has contrast enough in the ${theme} theme`, () => {
    const check = (pairs: [string, string][], least: number) => {
      for (const [front, back] of pairs) {
        const ratio = contrast(tokens[front]!, tokens[back]!);
        assertGreaterOrEqual(ratio, least, `${front} on ${back}`);
      }
    };
    check(TEXT, 4.5);
    check(SHAPES, 3);
  });
}

Deno.test("styles.css has one dark theme, by choice and by the system", () => {
  assertEquals(tokensOf(':root:not([data-theme="light"])'), THEMES.dark);
});

Deno.test("the SVG of a benchmark has the light theme's colours", () => {
  for (const [name, value] of Object.entries(EXPORT_TOKENS)) {
    assertEquals(THEMES.light[name], value, name);
  }
});

Deno.test("styles.css asks for nothing from elsewhere", () => {
  assertEquals(CSS.match(/url\(|@import|https?:/g), null);
});
