import { assertEquals } from "@std/assert";
import { describeFigures } from "../../lib/web/playground/figures.ts";
import { describeRun } from "../../lib/web/playground/run_status.ts";
import { splitText } from "../../lib/web/playground/split_text.ts";
import {
  formatStopString,
  parseStopStrings,
} from "../../lib/web/playground/stop_strings.ts";

Deno.test("parseStopStrings() reads what formatStopString() writes", () => {
  const strings = ["END", "\n\n", "\t\\n", " spaces ", "a\\b\r"];
  const lines = strings.map(formatStopString);
  assertEquals(parseStopStrings(lines.join("\n")), strings);
  assertEquals(parseStopStrings("\n\r\n"), []);
  assertEquals(parseStopStrings("\\x"), ["\\x"]);
});

Deno.test("splitText() keeps every piece but the last as the text grows", () => {
  const text = "grün 🐍🐍🐍 and on";
  for (let length = 1; length <= text.length; length++) {
    const pieces = splitText(text.slice(0, length), 4);
    const longer = splitText(text, 4);
    assertEquals(pieces.join(""), text.slice(0, length));
    assertEquals(pieces.slice(0, -1), longer.slice(0, pieces.length - 1));
  }
  const halved = splitText(text, 4).filter((piece) => !piece.isWellFormed());
  assertEquals(halved, []);
  assertEquals(splitText(""), []);
});

Deno.test("describeRun() says how a run ended", () => {
  const done = { phase: "done", tokens: 1 } as const;
  assertEquals(
    describeRun({ ...done, finishReason: "length" }),
    "Finished after 1 token, at the limit.",
  );
  assertEquals(
    describeRun({ ...done, tokens: 1200, finishReason: "eos" }),
    "Finished after 1\u202f200 tokens: the model ended the text.",
  );
  assertEquals(
    describeRun({ ...done, finishReason: "stop", stopSequence: "\n" }),
    "Finished after 1 token, at the stop string “\\n”.",
  );
  assertEquals(
    describeRun({ phase: "queued", tokens: 0, ahead: 2 }),
    "Waiting, 2 before this one …",
  );
});

Deno.test("describeFigures() shows dashes until something is known", () => {
  assertEquals(
    new Set(describeFigures({}).map(({ value }) => value)),
    new Set(["–"]),
  );
  const [tokens, , , prefill, state] = describeFigures({
    tokens: 0,
    promptTokens: 7,
    promptTokensPerSecond: 70,
    stateBytes: 19_365_888,
  });
  assertEquals(tokens?.value, "0");
  assertEquals(prefill?.label, "Prefill, 7 tokens");
  assertEquals(state?.value, "constant: 19.4\u00a0MB");
});
