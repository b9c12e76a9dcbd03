import { assert, assertEquals, assertRejects } from "@std/assert";
import { chooseMode } from "../../lib/tasks/mode.ts";
import { TaskError } from "../../lib/tasks/task_error.ts";

const NOTHING = { asked: undefined, installed: undefined };

/** A registry that answers with the status, or never (status 0). */
function registry(status: number) {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () =>
      status === 0
        ? new Promise<Response>(() => {})
        : Response.json({}, { status }),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("chooseMode() takes what FRESH asks for before all else", async () => {
  assertEquals(await chooseMode({ asked: "npm", installed: "jsr" }), {
    mode: "npm",
    reason: "FRESH=npm",
  });
  assertEquals(
    (await chooseMode({ asked: "jsr", installed: "npm" })).mode,
    "jsr",
  );
});

Deno.test("chooseMode() refuses what is neither jsr nor npm", async () => {
  const error = await assertRejects(
    () => chooseMode({ asked: "deno" }),
    TaskError,
    "Cannot use FRESH=deno",
  );
  assert(error.hint.includes("FRESH=npm"));
});

Deno.test("chooseMode() stays with what is installed, unasked", async () => {
  const registry = "http://127.0.0.1:1/";
  assertEquals(
    (await chooseMode({ asked: undefined, installed: "jsr", registry })).mode,
    "jsr",
  );
});

Deno.test("chooseMode() takes JSR where it answers", async () => {
  await using jsr = registry(200);
  const { mode, reason } = await chooseMode({ ...NOTHING, registry: jsr.url });
  assertEquals([mode, reason], ["jsr", "JSR answers"]);
});

Deno.test("chooseMode() takes npm where JSR refuses", async () => {
  await using jsr = registry(503);
  const { mode } = await chooseMode({ ...NOTHING, registry: jsr.url });
  assertEquals(mode, "npm");
  const closed = { ...NOTHING, registry: "http://127.0.0.1:1/" };
  assertEquals((await chooseMode(closed)).mode, "npm");
  const nonsense = { ...NOTHING, registry: "no address" };
  assertEquals((await chooseMode(nonsense)).mode, "npm");
});

Deno.test({
  name: "chooseMode() does not wait for a JSR that says nothing",
  // The request that was given up is still open at the server.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const silent = registry(0);
    const { mode } = await chooseMode({
      ...NOTHING,
      registry: silent.url,
      patience: 50,
    });
    assertEquals(mode, "npm");
    void silent[Symbol.asyncDispose]();
  },
});
