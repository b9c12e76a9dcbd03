import {
  assertEquals,
  assertGreater,
  assertLessOrEqual,
  assertMatch,
} from "@std/assert";
import type { Page } from "playwright-core";
import { NAV } from "../../../lib/web/nav.ts";
import { GPU_IS_SIMULATED } from "../../helpers/simulated_gpu.ts";
import { Bench, ENDLESS } from "./bench.ts";
import { BROWSER_NOTE, WITHOUT_BROWSER } from "./chromium.ts";
import {
  faintTexts,
  namelessControls,
  skippedHeadings,
  tabStops,
} from "./inspect.ts";

/** Every page of the navigation, and how errors look. */
const PATHS = [
  ...NAV.map(({ href }) => href.slice(1)),
  "history?kind=opera",
  "compare?run=999",
  "nowhere",
];

/** What must hold of a page in every size and theme. */
async function inspect(page: Page): Promise<void> {
  for (const width of [380, 1440]) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const overflow = await page.evaluate(() =>
        document.documentElement.scrollWidth - innerWidth
      );
      assertLessOrEqual(overflow, 0, `${width} px`);
      assertEquals(await faintTexts(page), [], `${width} px, ${colorScheme}`);
    }
  }
  assertEquals(await namelessControls(page), []);
  assertEquals(await skippedHeadings(page), []);
  for (const landmark of ["h1", "main", "header", "footer", "nav"]) {
    assertGreater(await page.locator(landmark).count(), 0, landmark);
  }
  assertEquals(await page.locator("h1").count(), 1);
  assertEquals(await page.locator("img:not([alt])").count(), 0);
  assertEquals(await page.getAttribute("html", "lang"), "en");
}

Deno.test({
  name: `every page is usable by everyone${BROWSER_NOTE}`,
  ignore: WITHOUT_BROWSER,
  // The browser and the connection to it outlive single steps.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using bench = await Bench.open();
    const titles = new Map<string, string>();

    for (const path of PATHS) {
      await t.step({
        name: `/${path} has names, contrast, order and room`,
        sanitizeOps: false,
        sanitizeResources: false,
        async fn() {
          const { page } = await bench.tab({ path, awakes: false });
          await page.waitForLoadState("networkidle");
          await inspect(page);
          const title = await page.title();
          assertMatch(title, / · Fresh Mamba$/);
          titles.set(path, title);
          const stops = await tabStops(page);
          assertEquals(stops[0], "Skip to content");
          const labels = NAV.map(({ label }) => label);
          const order = labels.map((label) => stops.indexOf(label));
          assertEquals(order, order.toSorted((a, b) => a - b));
          await page.context().close();
        },
      });
    }

    await t.step("every page of the navigation has a title of its own", () => {
      const own = NAV.map(({ href }) => titles.get(href.slice(1)));
      assertEquals(new Set(own).size, NAV.length);
    });

    await bench.step(
      t,
      "what is shown of a comparison is readable in both themes",
      async (tab) => {
        const { page } = tab;
        await tab.fill({ prompt: "Once upon a time there was “a king”." });
        await page.getByText("Read in lock-step").click();
        await tab.press("Run");
        await tab.waitForStatus(/^All columns finished/);
        await page.getByText("Where the models differ most").click();
        await inspect(page);
        await page.getByText("Each model continues the prompt").click();
        await tab.fill({ maxTokens: GPU_IS_SIMULATED ? "6" : "60" });
        await tab.press("Run");
        await tab.waitForStatus(/^All columns finished/);
        await inspect(page);
      },
      { path: "compare" },
    );

    await bench.step(
      t,
      "nothing is animated for those who want no motion",
      async (tab) => {
        await tab.prepare("Still", ENDLESS);
        await tab.press("Run");
        await tab.waitForText(10);
        const animations = () =>
          tab.page.evaluate(() => document.getAnimations().length);
        assertEquals(await animations(), 0);
        await tab.page.emulateMedia({ reducedMotion: "no-preference" });
        assertGreater(await animations(), 0);
        await tab.press("Stop");
      },
      { reducedMotion: "reduce" },
    );
  },
});
