import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { Bench } from "./bench.ts";
import { BROWSER_NOTE, WITHOUT_BROWSER } from "./chromium.ts";
import { movedOn, watchShifts } from "./inspect.ts";
import { ON_HUB, SlowHub } from "./slow_hub.ts";
import { waitFor } from "./wait_for.ts";

const MODELS = { path: "models" };
const PLAIN = { path: "models", javaScriptEnabled: false };
const [MODEL] = ON_HUB as [string];

/** A download of the page, once it is as it should be. */
async function pull(page: Page, state: string, model = MODEL) {
  const id = model.replaceAll("/", "--");
  const one = page.locator(`[data-pull="${id}"][data-state="${state}"]`);
  await one.waitFor();
  return one;
}

/** How much of a download is there, in per cent. */
async function percent(page: Page): Promise<number> {
  return Number(
    await page.locator(".pull progress").first().getAttribute("value"),
  );
}

async function waitUntilHeld(page: Page, model = MODEL): Promise<void> {
  await pull(page, "running", model);
  await waitFor("some of the weights", async () => await percent(page) > 20);
}

function rowOf(page: Page, model: string) {
  return page.locator(`[data-model="${model}"]`);
}

/** Sends a form without scripts, and waits for the page that comes then. */
async function send(page: Page, button: Locator): Promise<void> {
  const posted = page.waitForResponse((response) =>
    response.request().method() === "POST"
  );
  await button.click();
  await posted;
  await page.waitForLoadState();
}

Deno.test({
  name: `models are fetched, loaded and deleted on their page${BROWSER_NOTE}`,
  ignore: WITHOUT_BROWSER,
  // The browser and the connection to it outlive single steps.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using slow = await SlowHub.start();
    await using bench = await Bench.open({ HF_ENDPOINT: slow.hub.endpoint });

    await bench.step(
      t,
      "a download shows its progress, also after a reload in the middle",
      async (tab) => {
        const { page } = tab;
        await page.fill("#pull-model", "mamba-130m");
        await tab.press("Download");
        await waitUntilHeld(page);
        await tab.reload();
        const running = await pull(page, "running");
        assertGreater(await percent(page), 20);
        assertMatch(
          await running.locator(".pull-figures").innerText(),
          /^\d+\skB of 1\.\d+\sMB/,
        );
        await watchShifts(page);
        slow.release();
        await pull(page, "done");
        assertEquals(await percent(page), 100);
        await rowOf(page, MODEL).locator("text=Load").waitFor();
        assertEquals(
          await rowOf(page, MODEL).getAttribute("data-place"),
          "download",
        );
        assertEquals(await movedOn(page), []);
        assertMatch(await page.innerText("#downloads .status"), /is here$/);
      },
      MODELS,
    );

    await bench.step(
      t,
      "a model is loaded in a format, unloaded, and deleted",
      async (tab) => {
        const { page } = tab;
        const row = rowOf(page, MODEL);
        await row.getByRole("combobox").selectOption("f16");
        await row.getByRole("button", { name: "Load" }).click();
        const held = page.locator("#memory .entries li");
        await held.waitFor();
        assertMatch(
          await held.innerText(),
          /mamba-130m[^]*f16 on \w+ · 8\d\d.kB/,
        );
        assertStringIncludes(await row.innerText(), "in memory");
        await held.getByRole("button", { name: "Unload" }).click();
        await page.getByText("Nothing is loaded").waitFor();
        await row.getByText("Delete", { exact: true }).click();
        await row.getByRole("button", { name: "Delete for good" }).click();
        await row.getByRole("button", { name: "Download" }).waitFor();
      },
      MODELS,
    );

    await bench.step(
      t,
      "a download is cancelled, gone on with, and fails with a reason",
      async (tab) => {
        const { page } = tab;
        slow.hold();
        await rowOf(page, MODEL).getByRole("button").click();
        await waitUntilHeld(page);
        await page.getByRole("button", { name: `Cancel ${MODEL}` }).click();
        await pull(page, "cancelled");
        slow.release();
        await page.getByRole("button", { name: `Go on with ${MODEL}` }).first()
          .click();
        await pull(page, "done");

        await page.fill("#pull-model", "owner/none");
        await tab.press("Download");
        const failed = await pull(page, "failed", "owner/none");
        assertStringIncludes(await failed.innerText(), "owner/none");
        await page.fill("#pull-model", "../none");
        await tab.press("Download");
        assertStringIncludes(await tab.alert(), "no name of a model");
        assertEquals(
          await page.getAttribute("#pull-model", "aria-invalid"),
          "true",
        );
        // The browser logs the status of the refusal, no more.
        tab.complaints.splice(0);
      },
      MODELS,
    );

    await bench.step(
      t,
      "all of it goes without scripts",
      async (tab) => {
        const { page } = tab;
        const other = ON_HUB[1]!;
        slow.hold();
        await page.fill("#pull-model", "mamba2-130m");
        await send(page, page.locator(".pull-form button"));
        // The page loads itself anew.
        await waitUntilHeld(page, other);
        await page.locator("noscript meta").first()
          .waitFor({ state: "attached" });
        await send(
          page,
          page.getByRole("button", { name: `Cancel ${other}` }),
        );
        await pull(page, "cancelled", other);
        slow.release();
        const row = rowOf(page, other);
        await send(page, row.getByRole("button", { name: "Go on" }));
        await waitFor(
          "the download",
          async () => await row.getAttribute("data-place") === "download",
        );
        await row.getByRole("combobox").selectOption("q8");
        await send(page, row.getByRole("button", { name: "Load" }));
        assertMatch(await page.innerText("#memory .entries"), /q8 on/);
        await send(page, page.locator("#memory .entries button"));
        assertStringIncludes(
          await page.innerText("#memory"),
          "Nothing is loaded",
        );
        await row.getByText("Delete", { exact: true }).click();
        await send(page, row.getByText("Delete for good"));
        assert(await row.getByRole("button", { name: "Download" }).isVisible());
        await page.fill("#pull-model", "../none");
        await send(page, page.locator(".pull-form button"));
        assertStringIncludes(await tab.alert(), "no name of a model");
        assertEquals(await tab.value("pull-model"), "../none");
        tab.complaints.splice(0);
      },
      PLAIN,
    );
  },
});
