import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Mamba, MambaError } from "../../lib/mod.ts";
import { someIds, someNumbers, tinyModel } from "../helpers/tiny_models.ts";

function assertClosed(error: MambaError): void {
  assertEquals(error.code, "closed");
}

Deno.test("MambaLMHeadModel gives an error after it was closed", async () => {
  const model = await tinyModel("Mamba1");
  const state = model.createState();
  await model.close();
  await model.close();
  assertClosed(await assertRejects(() => model.forward([1]), MambaError));
  assertClosed(await assertRejects(() => model.generate([1]), MambaError));
  assertClosed(
    await assertRejects(() => model.forward([1], { state }), MambaError),
  );
  assertClosed(assertThrows(() => model.createState(), MambaError));
  assertClosed(assertThrows(() => state.clone(), MambaError));
  assertClosed(assertThrows(() => state.layer(0), MambaError));
  assertClosed(assertThrows(() => state.save(), MambaError));
  assertClosed(assertThrows(() => state.position, MambaError));
  state[Symbol.dispose]();
});

Deno.test("close() waits for the work that runs", async () => {
  const model = await tinyModel("Mamba2");
  const runs = [1, 2, 3].map((n) =>
    model.generate(someIds(2000, 61, n), { maxTokens: 50 }).then(
      () => "done",
      (error: MambaError) => error.code,
    )
  );
  const forward = model.forward(someIds(2000)).then(
    () => "done",
    (error: MambaError) => error.code,
  );
  await model.close();
  for (const outcome of await Promise.all([...runs, forward])) {
    assert(outcome === "done" || outcome === "closed", outcome);
  }
});

Deno.test("a disposed state gives an error, and disposing twice does nothing", async () => {
  await using model = await tinyModel("Mamba1");
  const state = model.createState();
  state[Symbol.dispose]();
  state[Symbol.dispose]();
  assertClosed(
    await assertRejects(() => model.forward([1], { state }), MambaError),
  );
});

Deno.test("a state cannot be in two calls at once, nor in another model's", async () => {
  await using model = await tinyModel("Mamba1");
  await using other = await tinyModel("Mamba1");
  using state = model.createState();
  const results = await Promise.allSettled([
    model.generate([1], { state, maxTokens: 50 }),
    model.generate([2], { state, maxTokens: 50 }),
  ]);
  assert(results.some(({ status }) => status === "fulfilled"));
  await assertRejects(
    () => other.forward([1], { state }),
    MambaError,
    "another model",
  );
});

Deno.test("Mamba gives an error after it was closed", async () => {
  const block = new Mamba({ dModel: 16 });
  await block.close();
  assertClosed(
    await assertRejects(() => block.forward(someNumbers(16)), MambaError),
  );
});
