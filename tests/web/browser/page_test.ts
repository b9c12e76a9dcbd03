import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { GPU_IS_SIMULATED } from "../../helpers/simulated_gpu.ts";
import { Bench, ENDLESS } from "./bench.ts";
import { BROWSER_NOTE, WITHOUT_BROWSER } from "./chromium.ts";
import {
  movedOn,
  namelessControls,
  screenshot,
  tabStops,
  watchShifts,
} from "./inspect.ts";

const WIDTHS = [380, 1440];
const THEMES = ["light", "dark"] as const;

Deno.test({
  name: `the playground is usable by everyone${BROWSER_NOTE}`,
  ignore: WITHOUT_BROWSER,
  // The browser and the connection to it outlive single steps.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using bench = await Bench.open();

    await bench.step(
      t,
      "without scripts the form gives the whole text",
      async (tab) => {
        const { page } = tab;
        await tab.fill({
          prompt: "Without\nscripts",
          maxTokens: "12",
          seed: "3",
        });
        await page.getByText("End of the text").click();
        await page.check("#ignoreEos");
        await tab.press("Run");
        assertMatch(
          await page.innerText(".status"),
          /^Finished after 12 tokens/,
        );
        const text = await tab.text();
        assertNotEquals(text.trim(), "");
        assertEquals(await tab.value("prompt"), "Without\nscripts");
        assertEquals(await tab.value("maxTokens"), "12");
        assert(await page.isChecked("#ignoreEos"));
        await screenshot(page, "no-scripts");

        await tab.press("Continue");
        assertEquals(await tab.value("prompt"), `Without\nscripts${text}`);
        await tab.fill({ topP: "7" });
        await tab.press("Run");
        assertStringIncludes(await tab.alert(), "Top-p");
        await tab.press("Reset");
        assertEquals(await tab.value("topP"), "0.95");
        assertEquals(await tab.value("prompt"), `Without\nscripts${text}`);
        assertEquals(
          await page.getByRole("button", { name: "Stop" }).count(),
          0,
        );
        // The browser logs the status of the page with the error, no more.
        const [logged, ...more] = new Set(tab.complaints.splice(0));
        assertMatch(logged ?? "", /status of 400/);
        assertEquals(more, []);
      },
      { javaScriptEnabled: false },
    );

    await bench.step(
      t,
      "controls change, reset, and follow the slider",
      async (tab) => {
        const { page } = tab;
        await tab.fill({ prompt: "Kept", temperature: "1.5", topK: "9" });
        const slider = page.locator(".number-field", { hasText: "Temperature" })
          .locator("input[type=range]");
        assertEquals(await slider.inputValue(), "1.5");
        await slider.fill("0.2");
        assertEquals(await tab.value("temperature"), "0.2");
        await page.getByText("Repetition", { exact: true }).click();
        await tab.fill({ repetitionPenalty: "1.3" });
        assertStringIncludes(await page.innerText(".settings"), "1 changed");
        await tab.press("Reset");
        assertEquals(await tab.value("temperature"), "0.8");
        assertEquals(await tab.value("topK"), "0");
        assertEquals(await tab.value("repetitionPenalty"), "1");
        assertEquals(await tab.value("prompt"), "Kept");
      },
    );

    await bench.step(
      t,
      "an example fills the prompt, and Copy copies",
      async (tab) => {
        const { page } = tab;
        await page.context().grantPermissions([
          "clipboard-read",
          "clipboard-write",
        ]);
        await page.locator(".examples a").first().click();
        const prompt = await tab.value("prompt");
        assertNotEquals(prompt, "");
        await tab.prepare(prompt, "8");
        await tab.press("Run");
        await tab.waitForStatus(/^Finished/);
        await tab.press("Copy");
        await page.getByRole("button", { name: "Copied" }).waitFor();
        assertEquals(
          await page.evaluate(() => navigator.clipboard.readText()),
          prompt + await tab.text(),
        );
      },
    );

    await bench.step(
      t,
      "every control has a name and the keyboard reaches it",
      async (tab) => {
        const { page } = tab;
        assertEquals(await namelessControls(page), []);
        const stops = await tabStops(page);
        const wanted = [
          "Skip to content",
          "model",
          "prompt",
          "maxTokens",
          "seed",
        ];
        assertEquals(wanted.filter((stop) => stops.includes(stop)), wanted);
        const order = wanted.map((stop) => stops.indexOf(stop));
        assertEquals(order, order.toSorted((a, b) => a - b));
        assertEquals(await page.locator("h1").count(), 1);
        assertEquals(await page.locator("main").count(), 1);
      },
    );

    for (const width of WIDTHS) {
      await bench.step(
        t,
        `nothing moves at ${width} px from the first token to the last`,
        async (tab) => {
          await tab.prepare("Nothing moves", GPU_IS_SIMULATED ? "80" : "3000");
          await watchShifts(tab.page);
          await tab.press("Run");
          await tab.waitForStatus(/^Finished/);
          assertEquals(await movedOn(tab.page), []);
        },
        { viewport: { width, height: 900 } },
      );
    }

    await bench.step(
      t,
      "the text is followed, unless the reader looks elsewhere",
      async (tab) => {
        await tab.prepare("Followed", ENDLESS);
        await tab.press("Run");
        const frame = tab.page.locator(".output-text");
        const fromEnd = () =>
          frame.evaluate((element) =>
            element.scrollHeight - element.scrollTop - element.clientHeight
          );
        await tab.waitForText(GPU_IS_SIMULATED ? 400 : 8000);
        // A reader at the top is away from the end only in a text that is
        // longer than its frame.
        await tab.page.waitForFunction(() => {
          const element = document.querySelector(".output-text")!;
          return element.scrollHeight - element.clientHeight > 200;
        });
        assertLessOrEqual(await fromEnd(), 64);
        await frame.evaluate((element) => element.scrollTop = 0);
        const { length } = await tab.text();
        await tab.waitForText(length + (GPU_IS_SIMULATED ? 50 : 500));
        assertEquals(await frame.evaluate((element) => element.scrollTop), 0);
        await tab.press("Stop");
      },
      { viewport: { width: 380, height: 900 } },
    );

    await bench.step(t, "the theme is chosen and kept", async (tab) => {
      const { page } = tab;
      const paper = () =>
        page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await paper();
      await page.getByText("Dark", { exact: true }).click({ force: true });
      const dark = await paper();
      assertNotEquals(dark, light);
      await tab.reload();
      assertEquals(await paper(), dark);
      assert(await page.isChecked('[name="theme"][value="dark"]'));
      await page.getByText("As the system").click({ force: true });
      assertEquals(await paper(), light);
    }, { colorScheme: "light" });

    for (const width of WIDTHS) {
      for (const colorScheme of THEMES) {
        const name = `${width}-${colorScheme}`;
        await bench.step(t, `nothing overflows at ${name}`, async (tab) => {
          const { page } = tab;
          const overflow = () =>
            page.evaluate(() =>
              document.documentElement.scrollWidth - innerWidth
            );
          assertLessOrEqual(await overflow(), 0);
          await screenshot(page, `${name}-empty`);
          const limit = GPU_IS_SIMULATED ? "30" : "300";
          await tab.prepare("Once upon a time there was a", limit);
          await tab.press("Run");
          await tab.waitForStatus(/^Finished/);
          assertLessOrEqual(await overflow(), 0);
          await screenshot(page, `${name}-text`);
          await tab.fill({ topP: "7" });
          await tab.press("Run");
          assertLessOrEqual(await overflow(), 0);
          await screenshot(page, `${name}-error`);
        }, { viewport: { width, height: 900 }, colorScheme });
      }
    }

    await t.step("an unknown address is a page of the site", async () => {
      const tab = await bench.tab();
      const response = await tab.page.goto(`${bench.url}nowhere`);
      assertEquals(response?.status(), 404);
      await screenshot(tab.page, "not-found");
      await tab.page.getByText("Go to the playground").click();
      await tab.awake();
      await tab.close();
    });
  },
});
