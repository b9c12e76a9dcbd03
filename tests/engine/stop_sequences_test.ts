import { assertEquals } from "@std/assert";
import { StopSequences } from "../../lib/engine/stop_sequences.ts";

interface Ending {
  text: string;
  matched?: string;
}

/** What is in a whole text: the match that begins first, the longest there. */
function naive(text: string, stops: readonly string[]): Ending {
  let best: { start: number; stop: string } | undefined;
  for (const stop of stops) {
    const start = text.indexOf(stop);
    if (start < 0) continue;
    const better = best === undefined || start < best.start ||
      (start === best.start && stop.length > best.stop.length);
    if (better) best = { start, stop };
  }
  return best === undefined
    ? { text }
    : { text: text.slice(0, best.start), matched: best.stop };
}

/** The same through pieces. */
function inPieces(
  pieces: readonly string[],
  stops: readonly string[],
): Ending {
  const sequences = new StopSequences(stops);
  let text = "";
  for (const piece of pieces) {
    const pushed = sequences.push(piece);
    text += pushed.text;
    if (pushed.matched !== undefined) return { ...pushed, text };
  }
  text += sequences.flush();
  const { matched } = sequences;
  return matched === undefined ? { text } : { text, matched };
}

/** Every text over two letters up to a length. */
function texts(length: number): string[] {
  const all = [""];
  for (let i = 0; all[i]!.length < length; i++) {
    all.push(all[i] + "a", all[i] + "b");
  }
  return all;
}

/** Cuts a text where the bits of `cuts` are set. */
function cut(text: string, cuts: number): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (let i = 1; i < text.length; i++) {
    if ((cuts >> (i - 1)) & 1) {
      pieces.push(text.slice(start, i));
      start = i;
    }
  }
  pieces.push(text.slice(start));
  return pieces;
}

/** The longest end of a text that begins one of the stop strings. */
function openEnd(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let n = Math.min(stop.length - 1, text.length); n > longest; n--) {
      if (text.endsWith(stop.slice(0, n))) longest = n;
    }
  }
  return longest;
}

const STOPS = [
  ["a"],
  ["ab"],
  ["aab"],
  ["abab"],
  ["aa", "ab"],
  ["b", "aab"],
  ["a", "aa", "aaa"],
  ["ba", "abb"],
  ["abba", "bb", "b"],
  ["aabaa", "aba"],
];

Deno.test("StopSequences finds what indexOf finds, for every text and cut", () => {
  for (const stops of STOPS) {
    for (const text of texts(8)) {
      const expected = naive(text, stops);
      for (let cuts = 0; cuts < 1 << Math.max(text.length - 1, 0); cuts++) {
        const found = inPieces(cut(text, cuts), stops);
        if (
          found.text === expected.text && found.matched === expected.matched
        ) {
          continue;
        }
        assertEquals(found, expected, JSON.stringify({ text, stops, cuts }));
      }
    }
  }
});

Deno.test("StopSequences holds back only what may still become a stop", () => {
  for (const stops of STOPS) {
    for (const text of texts(8)) {
      if (naive(text, stops).matched !== undefined) continue;
      const { text: certain } = new StopSequences(stops).push(text);
      assertEquals(
        certain,
        text.slice(0, text.length - openEnd(text, stops)),
        JSON.stringify({ text, stops }),
      );
    }
  }
});

Deno.test("StopSequences answers as soon as no better match can come", () => {
  assertEquals(new StopSequences(["\n"]).push("a\nb"), {
    text: "a",
    matched: "\n",
  });
  const stops = new StopSequences(["\n", "\n\n"]);
  assertEquals(stops.push("a\n"), { text: "a" });
  assertEquals(stops.push("b"), { text: "", matched: "\n" });
});

Deno.test("StopSequences finds stops that span several pieces", () => {
  const stops = new StopSequences(["</answer>"]);
  assertEquals(stops.push("yes</"), { text: "yes" });
  assertEquals(stops.push("ans"), { text: "" });
  assertEquals(stops.push("wer"), { text: "" });
  assertEquals(stops.push("> more"), { text: "", matched: "</answer>" });
  assertEquals(stops.push("x"), { text: "", matched: "</answer>" });
  assertEquals(stops.flush(), "");
});

Deno.test("StopSequences returns what it held when the text ends", () => {
  const stops = new StopSequences(["END"]);
  assertEquals(stops.push("the E"), { text: "the " });
  assertEquals(stops.push("N"), { text: "" });
  assertEquals(stops.flush(), "EN");
  assertEquals(stops.matched, undefined);
});

Deno.test("StopSequences tells a match that a longer one kept open", () => {
  const stops = new StopSequences(["b", "abc"]);
  assertEquals(stops.push("ab"), { text: "" });
  assertEquals(stops.flush(), "a");
  assertEquals(stops.matched, "b");
});

Deno.test("StopSequences lets everything through without stops", () => {
  const stops = new StopSequences([]);
  assertEquals(stops.push("a\n\nb"), { text: "a\n\nb" });
  assertEquals(stops.flush(), "");
});

Deno.test("StopSequences finds the end of a long text of near matches", () => {
  const stops = Array.from({ length: 16 }, (_, i) => "a".repeat(240 + i) + "b");
  const text = "a".repeat(100_000);
  const sequences = new StopSequences(stops);
  const { text: certain } = sequences.push(text);
  assertEquals(certain.length, text.length - 255);
  assertEquals(sequences.push("b"), { text: "", matched: stops[15]! });
});

Deno.test("texts() has every text once", () => {
  assertEquals(new Set(texts(8)).size, 2 ** 9 - 1);
});
