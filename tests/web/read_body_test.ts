import { assertEquals, assertLess, fail } from "@std/assert";
import { statusOfProblem } from "../../lib/web/request_error.ts";
import { readFormBody, readJsonBody } from "../../lib/web/read_body.ts";

function jsonRequest(body: BodyInit, type = "application/json") {
  return new Request("http://localhost/api/generate", {
    method: "POST",
    headers: { "content-type": type },
    body,
  });
}

async function statusOf(promise: Promise<unknown>): Promise<number> {
  try {
    await promise;
  } catch (error) {
    return statusOfProblem(error);
  }
  fail("nothing was thrown");
}

Deno.test("readJsonBody() gives the value of a JSON body", async () => {
  const type = "Application/JSON; charset=utf-8";
  assertEquals(await readJsonBody(jsonRequest('{"a":"é"}', type)), { a: "é" });
});

Deno.test("readJsonBody() answers 400 when the body is not JSON", async () => {
  assertEquals(await statusOf(readJsonBody(jsonRequest("{"))), 400);
  assertEquals(await statusOf(readJsonBody(jsonRequest(""))), 400);
});

Deno.test("readJsonBody() answers 400 when the body is not UTF-8", async () => {
  const body = new Uint8Array([0x22, 0xff, 0x22]);
  assertEquals(await statusOf(readJsonBody(jsonRequest(body))), 400);
});

Deno.test("readJsonBody() answers 415 when the type is another", async () => {
  const request = jsonRequest("{}", "text/plain");
  assertEquals(await statusOf(readJsonBody(request)), 415);
});

Deno.test("readJsonBody() stops reading at the limit", async () => {
  let pieces = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      pieces++;
      controller.enqueue(new Uint8Array(1024).fill(0x20));
    },
  });
  const reading = readJsonBody(jsonRequest(body), { limit: 10_000 });
  assertEquals(await statusOf(reading), 413);
  assertLess(pieces, 20);
});

Deno.test("readFormBody() gives back the line ends of the text", async () => {
  const type = "application/x-www-form-urlencoded";
  const request = jsonRequest("prompt=a%0D%0Ab+c%26&topK=5", type);
  assertEquals([...await readFormBody(request)], [
    ["prompt", "a\nb c&"],
    ["topK", "5"],
  ]);
});
