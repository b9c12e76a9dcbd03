import { assertEquals, assertThrows } from "@std/assert";
import { RequestError } from "../../lib/web/request_error.ts";
import { checkSameOrigin } from "../../lib/web/same_origin.ts";

function from(origin: string | undefined, host = "127.0.0.1:8000") {
  return new Request(`http://${host}/api/generate`, {
    method: "POST",
    headers: origin === undefined ? {} : { origin },
  });
}

Deno.test("checkSameOrigin() accepts this site and programs without an origin", () => {
  checkSameOrigin(from(undefined));
  checkSameOrigin(from("http://127.0.0.1:8000"));
  // Behind a proxy that ends TLS the scheme differs, the host does not.
  checkSameOrigin(from("https://mamba.example", "mamba.example"));
});

Deno.test("checkSameOrigin() refuses another site, another port and null", () => {
  for (const origin of ["http://evil.example", "http://127.0.0.1:81", "null"]) {
    const error = assertThrows(
      () => checkSameOrigin(from(origin)),
      RequestError,
    );
    assertEquals(error.status, 403);
  }
});
