/**
 * Pictures of every page of the navigation, narrow and wide, light and dark:
 * as it is found, and after it was used where this file knows how to use it.
 * `deno task screenshots` runs it; the pictures are there to be looked at.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { NAV } from "../../../lib/web/nav.ts";
import { Bench } from "./bench.ts";
import { ON_HUB, SlowHub } from "./slow_hub.ts";

const WIDTHS = [380, 1440];
const THEMES = ["light", "dark"] as const;

/** What a reader does on a page before the second picture, by its address. */
const USES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  async "/"(page) {
    await page.fill("#prompt", "Once upon a time there was a");
    await page.fill("#seed", "7");
    await run(page, /^Finished/);
  },

  async "/compare"(page) {
    await page.fill("#prompt", "Once upon a time there was a");
    await page.fill("#seed", "7");
    await run(page, /^All columns finished/);
    await page.locator(".vote-choices button").first().click();
    await page.getByText("Your vote is kept").waitFor();
  },

  async "/models"(page) {
    for (
      const [model, dtype] of [["fairy-mamba1", "f16"], ["fairy-mamba2", "q8"]]
    ) {
      const row = page.locator(`[data-model="${model}"]`);
      await row.getByRole("combobox").selectOption(dtype!);
      await row.getByRole("button", { name: "Load" }).click();
      await row.getByText("in memory").waitFor();
    }
    await page.fill("#pull-model", "both");
    await page.locator(".pull-form button").click();
    await page.locator("[data-state=queued]").first().waitFor();
    await page.getByText(/kB of 1/).waitFor();
  },

  async "/benchmark"(page) {
    for (
      const box of [
        ...["shapes=mamba-tiny", "shapes=mamba2-tiny", "tests=pp2048"],
        ...["dtypes=bf16", "batches=8", "depths=4096", "depths=16384"],
      ]
    ) {
      const [name, value] = box.split("=");
      await page.check(`[name=${name}][value="${value}"]`);
    }
    await page.uncheck("[name=models]:checked");
    await page.getByRole("button", { name: "Start measuring" }).click();
    await page.waitForSelector("[data-awake]");
    await page.locator(".status").filter({ hasText: /^Done/ })
      .waitFor({ timeout: 300_000 });
    for (const fold of await page.locator("summary").all()) {
      if (
        await fold.evaluate((fold) => fold.parentElement!.matches("[open]"))
      ) {
        continue;
      }
      await fold.click();
    }
  },
};

/** Further pictures of a page that has several faces. */
const VARIANTS: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  async "/compare"(page) {
    await page.fill(
      "#prompt",
      "Once upon a time there was a king who had three sons, and the youngest" +
        " of them was called Simpleton. “Go out into the world,” said the king.",
    );
    await page.getByText("A third and a fourth column").click();
    await page.selectOption("#model3", "fairy-mamba1");
    await page.selectOption("#dtype3", "bf16");
    await page.getByText("Read in lock-step").click();
    await run(page, /^All columns finished/);
    await page.locator("[data-at='9']").first().click();
    await page.getByText("Where the models differ most").click();
  },

  // The page listens to running downloads: the next one would never be idle.
  async "/models"(page) {
    for (const _model of ON_HUB) {
      await page.getByRole("button", { name: "Cancel" }).first().click();
      await page.locator("[data-state=cancelled]").first().waitFor();
    }
    await page.locator("[data-state=cancelled]").nth(1).waitFor();
  },
};

async function run(page: Page, ended: RegExp): Promise<void> {
  await page.getByRole("button", { name: "Run" }).first().click();
  await page.locator(".status").filter({ hasText: ended }).waitFor();
}

const [folder = "dist/screenshots", ...only] = Deno.args;
await using slow = await SlowHub.start();
await using bench = await Bench.open({ HF_ENDPOINT: slow.hub.endpoint });
for (const { href } of NAV) {
  const name = href === "/" ? "playground" : href.slice(1).replaceAll("/", "-");
  if (only.length > 0 && !only.includes(name)) continue;
  for (const width of WIDTHS) {
    for (const colorScheme of THEMES) {
      const viewport = { width, height: 900 };
      const { page } = await bench.tab({
        path: href.slice(1),
        awakes: false,
        viewport,
        colorScheme,
      });
      await page.waitForLoadState("networkidle");
      const picture = async (state: string) => {
        const path = `${folder}/${name}-${width}-${colorScheme}${state}.png`;
        await page.screenshot({ path, fullPage: true });
        console.log(path);
      };
      await picture("");
      if (USES[href] !== undefined) {
        await USES[href](page);
        await picture("-used");
      }
      if (VARIANTS[href] !== undefined) {
        await VARIANTS[href](page);
        await picture("-variant");
      }
      await page.context().close();
    }
  }
}
