import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { CompareRecord } from "../../lib/api/compare.ts";
import { exportMarkdown } from "../../lib/web/compare/export_markdown.ts";
import {
  describeToken,
  formatNats,
  formatShare,
  heatOf,
} from "../../lib/web/compare/token_text.ts";

Deno.test("heatOf() has a colour for each step of probability", () => {
  const heats = [0.9, 0.5, 0.4, 0.1, 0.02, 0.002, 1e-9].map((share) =>
    heatOf({ text: "a", logprob: Math.log(share) })
  );
  assertEquals(heats, [0, 0, 1, 2, 3, 4, 5]);
  assertEquals(heatOf({ text: "a" }), "none");
});

Deno.test("describeToken() tells all that is known of a token", () => {
  const text = describeToken({
    text: " king\n",
    logprob: Math.log(0.25),
    top: " man",
    topLogprob: Math.log(0.5),
    kl: 0.125,
    differs: true,
  }).replaceAll("\u00a0", " ");
  assertEquals(
    text,
    "“␣king↵”: 25 % · likeliest “␣man”: 50 % · KL 0.1250 nats · " +
      "column 1 likes another best",
  );
  assertStringIncludes(describeToken({ text: "" }), "part of a character");
});

Deno.test("formatShare() and formatNats() have the digits that say something", () => {
  const plain = (text: string) => text.replaceAll("\u00a0", " ");
  assertEquals(
    [1, 0.123, 0.0123, 0.0001, 0].map((share) => plain(formatShare(share))),
    ["100 %", "12 %", "1.2 %", "0.0100 %", "0 %"],
  );
  assertEquals(
    [undefined, 0, 0.5, 0.00001].map((nats) => plain(formatNats(nats))),
    ["–", "0.0000 nats", "0.5000 nats", "1.0e−5 nats"],
  );
});

const RECORD: CompareRecord = {
  request: {
    prompt: "Once ```` upon",
    seed: 7,
    columns: [{ model: "a|b" }, { model: "c", dtype: "f16" }],
  },
  columns: [
    {
      state: "done",
      device: "cpu",
      dtype: "f32",
      text: " a time",
      tokens: 2,
      finishReason: "length",
      timings: { tokensPerSecond: 31.25, timeToFirstTokenMs: 12 },
    },
    {
      state: "failed",
      text: "",
      tokens: 0,
      timings: {},
      error: { code: "not_found", message: "Cannot find the model" },
    },
  ],
  vote: 0,
};

Deno.test("exportMarkdown() has the figures, the texts and the vote", () => {
  const text = exportMarkdown(RECORD);
  assertStringIncludes(text, "# a|b and c (f16), side by side");
  assertStringIncludes(text, "seed 7");
  assertStringIncludes(text, "| a\\|b | cpu | f32 | 2 | 31.3 tok/s | 12 ms |");
  assertStringIncludes(text, "Finished after 2 tokens, at the limit.");
  assertStringIncludes(text, "Failed: Cannot find the model.");
  assertStringIncludes(text, "The best: a|b.");
  // A fence longer than any in the text.
  assertMatch(text, /`{5}text\nOnce ```` upon\n`{5}\n/);
});

Deno.test("exportMarkdown() tells how far apart models are that read", () => {
  const reading = {
    tokens: [],
    bitsPerByte: 1.5,
    divergence: { meanKl: 0.25, maxKl: 1, disagreements: 3, tokens: 40 },
  };
  const column = { state: "done", text: "", tokens: 41, timings: {}, reading };
  const text = exportMarkdown({
    request: { ...RECORD.request, mode: "read" },
    columns: [RECORD.columns[0]!, column as typeof RECORD.columns[0]],
  });
  assertStringIncludes(text, "in lock-step");
  assertStringIncludes(text, "| 1.500 | 0.2500 nats | 3 of 40 |");
});
