import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { addEvent, emptyHistory } from "../../lib/api/training_history.ts";
import { Chart } from "../../lib/web/training/chart.tsx";
import { NumberTables } from "../../lib/web/training/number_tables.tsx";
import { RunCharts } from "../../lib/web/training/run_charts.tsx";
import {
  formatLoss,
  formatSeconds,
  formatSmall,
} from "../../lib/web/training/run_text.ts";
import {
  exactScale,
  formatTick,
  niceScale,
  placeOn,
} from "../../lib/web/training/scale.ts";
import { smooth } from "../../lib/web/training/smooth.ts";
import { startEvent, stepEvent } from "../training/fake_training.ts";

function labelsOf(min: number, max: number): string[] {
  const scale = niceScale(min, max);
  return scale.ticks.map((tick) => formatTick(scale, tick));
}

Deno.test("niceScale() has round numbers around the data", () => {
  assertEquals(labelsOf(2.1, 5.7), ["2", "3", "4", "5", "6"]);
  assertEquals(labelsOf(0, 0.003), ["0", "0.001", "0.002", "0.003"]);
  assertEquals(labelsOf(0, 1e-5), ["0", "5e−6", "1e−5"]);
  assertEquals(labelsOf(0, 14_000), [
    "0",
    "5\u202f000",
    "10\u202f000",
    "15\u202f000",
  ]);
  assertEquals(labelsOf(-1, 1), ["−1.0", "−0.5", "0", "0.5", "1.0"]);
});

Deno.test("niceScale() has a height where all values are one", () => {
  for (const value of [0, 3, -2, 1e-9]) {
    const scale = niceScale(value, value);
    assert(scale.min < scale.max, String(value));
    assertAlmostEquals(placeOn(scale, value), 0.5, 0.5);
  }
});

Deno.test("exactScale() ends where the data does", () => {
  const { max, ticks } = exactScale(0, 437);
  assertEquals(max, 437);
  assertEquals(ticks, [0, 100, 200, 300, 400]);
});

Deno.test("smooth() keeps lines, evens noise, and is not late", () => {
  const line = Array.from({ length: 300 }, (_, x) => ({ x, y: 2 * x + 1 }));
  const kept = smooth(line);
  assertAlmostEquals(kept[150]!.y, line[150]!.y);
  assertAlmostEquals(kept[0]!.y, line[0]!.y);
  const noise = line.map(({ x }) => ({ x, y: x % 2 }));
  assertAlmostEquals(smooth(noise)[150]!.y, 0.5, 0.03);
  assertEquals(smooth([{ x: 1, y: NaN }, { x: 2, y: 4 }]), [{ x: 2, y: 4 }]);
});

Deno.test("Chart() draws each curve once and says in words what it shows", () => {
  const html = renderToString(h(Chart, {
    title: "Loss",
    unit: "nats",
    across: "Step",
    summary: "From 4 to 2.",
    empty: "Nothing yet.",
    series: [
      { name: "a", look: "line", places: [{ x: 0, y: 4 }, { x: 10, y: 2 }] },
      { name: "b", look: "dots", places: [{ x: 5, y: 3 }, { x: 6, y: NaN }] },
    ],
  }));
  assertStringIncludes(html, 'role="img" aria-label="From 4 to 2."');
  assertStringIncludes(html, 'd="M0.0 0.0L1000.0 1000.0"');
  assertStringIncludes(html, 'cx="50%" cy="50%"');
  assertEquals(html.includes("NaN"), false);
  assertEquals(html.includes("Nothing yet."), false);
  // Colours come from the stylesheet: inline styles are not allowed here.
  assertEquals(html.includes("style="), false);
});

Deno.test("RunCharts() has a frame before there is anything to draw", () => {
  const html = renderToString(h(RunCharts, { history: emptyHistory() }));
  assertStringIncludes(html, "The curve begins with the first step.");
  assertStringIncludes(html, "Training loss: nothing yet.");
  assertEquals(html.includes("NaN"), false);
});

Deno.test("NumberTables() has the numbers of the curves, first and last too", () => {
  const history = emptyHistory();
  addEvent(history, startEvent(0, 500));
  for (let step = 1; step <= 500; step++) {
    addEvent(history, stepEvent(step, 500));
  }
  addEvent(history, {
    type: "validation",
    step: 500,
    loss: 2.25,
    perplexity: 9.49,
    bitsPerByte: 1.5,
    tokens: 100,
  });
  const html = renderToString(h(NumberTables, { history }));
  assertMatch(html, /<th scope="row">1<\/th><td>5\.000<\/td>/);
  assertMatch(html, /<th scope="row">500<\/th><td>0\.224<\/td>/);
  assertMatch(
    html,
    /<th scope="row">500<\/th><td>2\.250<\/td><td>9\.490<\/td><td>1\.500/,
  );
  const rows = html.match(/<tr>/g)?.length ?? 0;
  assert(rows < 60, `${rows} rows`);
});

Deno.test("figures are short and tell NaN from a number", () => {
  assertEquals(formatLoss(null), "NaN");
  assertEquals(formatLoss(2.34567), "2.346");
  assertEquals(formatSmall(0.00085), "0.00085");
  assertEquals(formatSmall(0.0000085), "8.5e−6");
  assertEquals(
    [12.2, 89, 600, 7500].map(formatSeconds),
    ["13\u00a0s", "89\u00a0s", "10\u00a0min", "2\u00a0h 5\u00a0min"],
  );
});
