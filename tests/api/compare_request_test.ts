import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  parseCompareRequest,
  requestOfColumn,
} from "../../lib/api/compare_request.ts";
import { MambaError } from "../../lib/api/mamba_error.ts";

const SOUND = {
  prompt: "Once",
  maxTokens: 5,
  columns: [
    { model: "a", dtype: "f16", device: "cpu", sampling: { temperature: 0 } },
    { model: "b" },
  ],
};

Deno.test("parseCompareRequest() takes a comparison", () => {
  assertEquals(parseCompareRequest(SOUND), SOUND as never);
  parseCompareRequest({ ...SOUND, mode: "read" });
});

Deno.test("requestOfColumn() puts a column's own options over those of all", () => {
  const request = parseCompareRequest({ ...SOUND, temperature: 1 });
  const of = (column: number) =>
    requestOfColumn(request, request.columns[column]!);
  assertEquals(of(0), {
    prompt: "Once",
    maxTokens: 5,
    model: "a",
    dtype: "f16",
    device: "cpu",
    temperature: 0,
  });
  assertEquals(of(1).temperature, 1);
});

Deno.test("parseCompareRequest() names the field that is wrong", () => {
  const column = (changed: Record<string, unknown>) => ({
    ...SOUND,
    columns: [SOUND.columns[0], { model: "b", ...changed }],
  });
  const cases: [unknown, string][] = [
    [{ ...SOUND, prompt: "" }, "prompt"],
    [{ ...SOUND, topP: 7 }, "topP"],
    [{ ...SOUND, mode: "sing" }, "mode"],
    [{ ...SOUND, model: "a" }, "model"],
    [{ ...SOUND, columns: [] }, "columns"],
    [{ ...SOUND, columns: [{ model: "a" }] }, "columns"],
    [{ ...SOUND, columns: Array(5).fill({ model: "a" }) }, "columns"],
    [{ ...SOUND, columns: "ab" }, "columns"],
    [{ ...SOUND, columns: [{ model: "a" }, null] }, "columns[1].model"],
    [{ ...SOUND, columns: [{}, { model: "a" }] }, "columns[0].model"],
    [column({ model: 7 }), "columns[1].model"],
    [column({ dtype: "f8" }), "columns[1].dtype"],
    [column({ device: "abacus" }), "columns[1].device"],
    [column({ sampling: { topK: -1 } }), "columns[1].topK"],
    [column({ sampling: { maxTokens: 3 } }), "columns[1].maxTokens"],
    [column({ sampling: 3 }), "columns[1].sampling"],
    [column({ prompt: "own" }), "columns[1].prompt"],
  ];
  for (const [json, field] of cases) {
    const error = assertThrows(() => parseCompareRequest(json), MambaError);
    assertEquals([error.code, error.field], ["invalid_argument", field]);
    assertStringIncludes(error.message, "Cannot use ");
  }
  assertThrows(() => parseCompareRequest(7), MambaError, "not a JSON object");
});
