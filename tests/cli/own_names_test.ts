import { assertEquals } from "@std/assert";
import { isLoopback, refuseForeignName } from "../../lib/cli/own_names.ts";

const OWN = ["localhost", "app.localhost", "127.0.0.1", "127.1.2.3", "[::1]"];
const FOREIGN = [
  "evil.example",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "192.168.1.5",
  "0.0.0.0",
];

Deno.test("isLoopback() knows this machine's own names", () => {
  for (const name of OWN) assertEquals(isLoopback(name), true, name);
  for (const name of FOREIGN) assertEquals(isLoopback(name), false, name);
});

Deno.test("refuseForeignName() answers 403 to a name that was made to point here", async () => {
  for (const name of OWN) {
    const request = new Request(`http://${name}:8000/`);
    assertEquals(refuseForeignName(request), undefined);
  }
  for (const name of FOREIGN) {
    const request = new Request(`http://${name}:8000/api/generate`);
    const response = refuseForeignName(request);
    assertEquals(response?.status, 403);
    assertEquals((await response?.json()).error.code, "forbidden");
  }
});
