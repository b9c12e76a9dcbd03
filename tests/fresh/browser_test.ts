import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import {
  BROWSER_NOTE,
  launchChromium,
  WITHOUT_BROWSER,
} from "../web/browser/chromium.ts";
import { waitFor } from "../web/browser/wait_for.ts";
import { FixtureApp } from "./fixture.ts";

type Fetch = (request: Request) => Promise<Response>;

Deno.test({
  name: `islands of a built application live in the browser${BROWSER_NOTE}`,
  ignore: WITHOUT_BROWSER,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using app = await FixtureApp.create();
    const built = await app.build();
    assert(built.success, built.text);
    const server: { default: { fetch: Fetch } } = await import(
      app.file("_fresh/server.js").href
    );
    const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
    await using http = Deno.serve(options, server.default.fetch);
    await inBrowser(async (page) => {
      await page.goto(`http://127.0.0.1:${http.addr.port}/`);
      await checkCounters(page);
    });
  },
});

Deno.test({
  name: `the development server follows changes${BROWSER_NOTE}`,
  ignore: WITHOUT_BROWSER,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using app = await FixtureApp.create();
    const port = freePort();
    const args = ["dev", "--host=127.0.0.1", `--port=${port}`, "--strictPort"];
    const vite = app.vite(args).spawn();
    const address = `http://127.0.0.1:${port}/`;
    try {
      await waitFor("the development server", () => answers(address));
      for (const body of ["a", "b", "c"]) {
        const echo = await fetch(`${address}api/echo`, {
          method: "POST",
          body,
        });
        assertEquals(await echo.text(), body);
      }
      await inBrowser(async (page) => {
        await page.goto(address);
        await checkCounters(page);

        const route = app.file("routes/index.tsx");
        const text = await Deno.readTextFile(route);
        await Deno.writeTextFile(route, text.replace("between", "changed"));
        await page.getByText("changed").waitFor();

        const added = app.file("routes/added.tsx");
        await Deno.writeTextFile(added, "export default () => <p>new</p>;\n");
        await waitFor("the new route", () => answers(`${address}added`));
      });
    } finally {
      vite.kill("SIGTERM");
      await vite.output();
    }
  },
});

/** Both islands run, share their signal, and are no longer disabled. */
async function checkCounters(page: Page) {
  await page.locator("#a button:not([disabled])").waitFor();
  await page.locator("#b button:not([disabled])").waitFor();
  await page.locator("#a button").click();
  await page.locator("#b button").click();
  for (const name of ["a", "b"]) {
    await waitFor(
      "the shared count",
      async () => await page.locator(`#${name} button`).textContent() === "5",
    );
    const island = page.locator(`#${name}`);
    assertEquals(await island.count(), 1);
    assertEquals(await island.getAttribute("data-year"), "1970");
    assertEquals(await island.locator("b").textContent(), name);
  }
  assertEquals(
    await page.locator("#a").getAttribute("data-extra"),
    "undefined",
  );
  assertEquals(await page.locator("#b").getAttribute("data-extra"), "object");
  assertMatch(await page.title(), /^Two counters$/);
}

async function inBrowser(work: (page: Page) => Promise<void>) {
  const browser = await launchChromium();
  const complaints: string[] = [];
  try {
    const page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(String(error)));
    await work(page);
  } finally {
    await browser.close();
  }
  assertEquals(complaints, []);
}

async function answers(address: string): Promise<boolean> {
  try {
    const response = await fetch(address);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}
