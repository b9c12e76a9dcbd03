import { assertEquals, assertGreater, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { encodePrompt } from "../../lib/engine/encode_prompt.ts";
import { loadTokenizer, MambaError } from "../../lib/mod.ts";

const tokenizer = await loadTokenizer(
  fileURLToPath(new URL("../../models/fairy-mamba1", import.meta.url)),
);
const READER = { tokenizer, size: 4096, field: "prompt" };
const LONG = "There was once a king who had 3 daughters – and a wörld.\n"
  .repeat(6000);

Deno.test("encodePrompt() gives the tokenizer's ids of a long text", async () => {
  const ids = await encodePrompt(LONG, READER);
  assertEquals(ids, tokenizer.encode(LONG));
});

Deno.test("encodePrompt() lets others work beside a long text", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  try {
    await encodePrompt(LONG, READER);
  } finally {
    clearInterval(timer);
  }
  assertGreater(turns, 0);
});

Deno.test("encodePrompt() stops on request", async () => {
  const signal = AbortSignal.abort();
  const error = await assertRejects(
    () => encodePrompt(LONG, { ...READER, signal }),
    MambaError,
  );
  assertEquals(error.code, "aborted");
});

Deno.test("encodePrompt() takes ids as they are and refuses strange ones", async () => {
  assertEquals(
    await encodePrompt([5, 0, 4095], READER),
    Uint32Array.of(5, 0, 4095),
  );
  const error = await assertRejects(
    () => encodePrompt([5, 4096], READER),
    MambaError,
  );
  assertEquals([error.code, error.field], ["invalid_argument", "prompt"]);
});
