import { assertEquals, assertGreater, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { GPU_IS_SIMULATED } from "../../helpers/simulated_gpu.ts";
import { Bench } from "./bench.ts";
import { BROWSER_NOTE, WITHOUT_BROWSER } from "./chromium.ts";
import {
  faintTexts,
  movedOn,
  namelessControls,
  watchShifts,
} from "./inspect.ts";
import { waitFor } from "./wait_for.ts";

/** For what a slow machine measures. */
const PATIENCE = { patience: 120_000 };

/** Chooses the small shapes alone, and what is quickly measured. */
async function fillForm(page: Page, repetitions: string): Promise<void> {
  for (const box of await page.locator("[name=models]:checked").all()) {
    await box.uncheck();
  }
  const boxes = ["shapes=mamba-tiny", "shapes=mamba2-tiny", "depths=4096"];
  for (const box of boxes) {
    const [name, value] = box.split("=");
    await page.check(`[name=${name}][value="${value}"]`);
  }
  await page.fill("#threads", "1");
  await page.fill("#repetitions", repetitions);
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
}

async function waitForStatus(page: Page, pattern: RegExp): Promise<void> {
  await waitFor(
    `the status ${pattern}`,
    async () => pattern.test(await page.locator(".status").innerText()),
    PATIENCE,
  );
}

/**
 * Flat tests and their shares, of two models. The peak that is measured is the
 * processor's: on a GPU, prompts have no share.
 */
const BARS = GPU_IS_SIMULATED ? 8 : 12;

/** How many bars are drawn. */
function barsOn(page: Page): Promise<number> {
  return page.locator(".bench-bar").count();
}

Deno.test({
  name: `a benchmark is measured from the page${BROWSER_NOTE}`,
  ignore: WITHOUT_BROWSER,
  // The browser and the connection to it outlive single steps.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using bench = await Bench.open();

    await bench.step(
      t,
      "a run goes on over a reload, and nothing moves",
      async (
        { page },
      ) => {
        await fillForm(page, "2");
        await press(page, "Start measuring");
        await page.waitForURL(/\/benchmark\?run=\d+$/);
        await waitForStatus(page, /^Measuring/);
        await page.reload();
        await page.waitForSelector("[data-awake]");
        await watchShifts(page);
        await waitForStatus(page, /^Done: 12 numbers/);
        assertEquals(await movedOn(page), []);
        assertEquals(await barsOn(page), BARS);
        assertGreater(await page.locator(".bench-error").count(), 0);
        const label = await page.locator("svg[aria-label^='Decode by depth']")
          .getAttribute("aria-label");
        assertMatch(label ?? "", /at 4\s096 tokens seen before/);
        assertEquals(await namelessControls(page), []);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          assertEquals(await faintTexts(page), [], colorScheme);
        }
        const svg = await page.request.get(
          new URL(
            (await page.getByRole("link", { name: "SVG" }).getAttribute(
              "href",
            ))!,
            bench.url,
          ).href,
        );
        assertMatch(await svg.text(), /^<svg[^]*mamba2-tiny f32[^]*<\/svg>/);
        const saved = page.waitForEvent("download");
        await press(page, "PNG");
        assertMatch((await saved).suggestedFilename(), /^benchmark-\d+\.png$/);
      },
      { path: "benchmark", awakes: false },
    );

    await bench.step(t, "Stop ends it between two measurements", async (
      { page },
    ) => {
      await fillForm(page, "100");
      await press(page, "Start measuring");
      await page.waitForSelector("[data-awake]");
      await waitForStatus(page, /^Measuring/);
      await press(page, "Stop");
      await waitForStatus(page, /^Stopped, with/);
    }, { path: "benchmark", awakes: false });

    await bench.step(t, "without scripts the forms do it all", async (
      { page },
    ) => {
      await fillForm(page, "1");
      await press(page, "Start measuring");
      await page.locator("meta[http-equiv=refresh]").first()
        .waitFor({ state: "attached" });
      // The page loads itself anew.
      await waitForStatus(page, /^Done/);
      assertEquals(await barsOn(page), BARS);
      await page.getByLabel("beside: run 1").check();
      await page.getByRole("button", { name: /^Draw beside/ }).click();
      assertEquals(await barsOn(page), 2 * BARS);
    }, { path: "benchmark", javaScriptEnabled: false });
  },
});
