import { assert, assertEquals } from "@std/assert";
import { statusOf, toApiError } from "../../lib/api/api_error.ts";
import { MambaError, type MambaErrorCode } from "../../lib/api/mamba_error.ts";

const STATUS: Record<MambaErrorCode, number> = {
  invalid_argument: 400,
  too_large: 413,
  not_found: 404,
  invalid_checkpoint: 422,
  unsupported: 422,
  closed: 503,
  aborted: 499,
  busy: 503,
  out_of_memory: 503,
  disk_full: 507,
  network: 502,
  permission: 500,
  damaged: 500,
  numeric: 500,
  internal: 500,
};

Deno.test("statusOf() has a status for every code", () => {
  for (const [code, status] of Object.entries(STATUS)) {
    assertEquals(statusOf(new MambaError(code as MambaErrorCode, "x")), status);
  }
});

Deno.test("statusOf() says 500 of anything else", () => {
  for (const error of [new TypeError("x"), "x", null, undefined, {}]) {
    assertEquals(statusOf(error), 500);
  }
});

Deno.test("toApiError() carries what a MambaError says, and only that", () => {
  const error = new MambaError("not_found", "Cannot find it", {
    hint: "Look.",
    field: "model",
    cause: new Error("secret"),
  });
  assertEquals(toApiError(error), {
    code: "not_found",
    message: "Cannot find it",
    hint: "Look.",
    field: "model",
  });
  assertEquals(Object.keys(toApiError(new MambaError("busy", "Full"))), [
    "code",
    "message",
  ]);
});

Deno.test("toApiError() keeps the text of unknown errors to itself", () => {
  for (const error of [new TypeError("/home/me/secret"), "secret", null]) {
    const answer = toApiError(error);
    assertEquals(answer.code, "internal");
    assert(!JSON.stringify(answer).includes("secret"));
  }
});
