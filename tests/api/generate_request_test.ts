import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { statusOf } from "../../lib/api/api_error.ts";
import {
  MAX_PROMPT_BYTES,
  parseGenerateRequest,
} from "../../lib/api/generate_request.ts";
import { MambaError } from "../../lib/api/mamba_error.ts";

function assertRefused(
  json: unknown,
  field: string | undefined,
  status = 400,
): void {
  const error = assertThrows(() => parseGenerateRequest(json), MambaError);
  assertEquals(error.field, field);
  assertEquals(statusOf(error), status);
  assertLess(error.message.length, 200);
  assert(error.message.startsWith("Cannot "));
}

Deno.test("parseGenerateRequest() takes a prompt alone", () => {
  assertEquals(parseGenerateRequest({ prompt: "a" }), { prompt: "a" });
});

Deno.test("parseGenerateRequest() takes every field", () => {
  const request = {
    model: "tiny",
    prompt: " \n",
    device: "auto",
    dtype: "bf16",
    maxTokens: 0,
    temperature: 0,
    topK: 5,
    topP: 1,
    minP: 0.1,
    repetitionPenalty: 1.1,
    repetitionWindow: 0,
    presencePenalty: -1,
    frequencyPenalty: 1,
    logitBias: { "5": null },
    seed: 3,
    stop: ["\n"],
    ignoreEos: true,
    logprobs: 20,
  };
  assertEquals<unknown>(parseGenerateRequest(request), request);
});

Deno.test("parseGenerateRequest() refuses what is no object", () => {
  for (const json of [null, undefined, [], "text", 5, true]) {
    assertRefused(json, undefined);
  }
});

Deno.test("parseGenerateRequest() names a prompt that is missing or no text", () => {
  for (const prompt of [undefined, null, "", 5, ["a"], {}]) {
    assertRefused({ prompt }, "prompt");
  }
  assertRefused({}, "prompt");
});

Deno.test("parseGenerateRequest() says 413 of a prompt over the limit", () => {
  assertRefused({ prompt: "a".repeat(10 << 20) }, "prompt", 413);
  assertRefused({ prompt: "a".repeat(MAX_PROMPT_BYTES + 1) }, "prompt", 413);
  // Bytes count, not characters.
  assertRefused(
    { prompt: "é".repeat(MAX_PROMPT_BYTES / 2 + 1) },
    "prompt",
    413,
  );
  for (const prompt of ["a".repeat(MAX_PROMPT_BYTES), "😀".repeat(2 ** 18)]) {
    assertEquals(parseGenerateRequest({ prompt }).prompt, prompt);
  }
});

Deno.test("parseGenerateRequest() names a model, device or dtype that cannot be", () => {
  for (const model of [null, "", 5, {}]) {
    assertRefused({ prompt: "a", model }, "model");
  }
  const wrong = [null, "", "gpu", 5, {}, ["cpu"], "constructor"];
  for (const value of [...wrong, "x".repeat(100_000)]) {
    assertRefused({ prompt: "a", device: value }, "device");
    assertRefused({ prompt: "a", dtype: value }, "dtype");
  }
  assertRefused({ prompt: "a", dtype: "q5" }, "dtype");
  assertRefused({ prompt: "a", dtype: "auto" }, "dtype");
});

Deno.test("parseGenerateRequest() names a sampling option that is wrong", () => {
  assertRefused({ prompt: "a", temperature: -1 }, "temperature");
  assertRefused({ prompt: "a", temperature: null }, "temperature");
  assertRefused({ prompt: "a", promt: "b" }, "promt");
});

Deno.test("parseGenerateRequest() refuses numbers that JSON makes infinite", () => {
  for (const name of ["maxTokens", "temperature", "seed", "topK"]) {
    assertRefused(JSON.parse(`{"prompt":"a","${name}":1e999}`), name);
    assertRefused(JSON.parse(`{"prompt":"a","${name}":-1e999}`), name);
  }
});

Deno.test("parseGenerateRequest() is not led by prototypes", () => {
  const json = JSON.parse('{"prompt":"a","__proto__":{"seed":1}}');
  assertRefused(json, "__proto__");
  assertEquals(({} as { seed?: number }).seed, undefined);
});
