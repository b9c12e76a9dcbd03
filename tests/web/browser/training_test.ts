import {
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BROWSER_NOTE, launchChromium, WITHOUT_BROWSER } from "./chromium.ts";
import {
  movedOn,
  namelessControls,
  screenshot,
  tabStops,
  watchShifts,
} from "./inspect.ts";
import { type ServerProcess, startServer } from "./server_process.ts";
import { waitFor } from "./wait_for.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures", import.meta.url));

/** For what a slow machine computes. */
const PATIENCE = { patience: 120_000 };

/** More steps than any test waits for. */
const ENDLESS = "1000000";

/** A server with a folder of its own, and a browser. */
class Bench implements AsyncDisposable {
  readonly folder: string;
  readonly #browser: Browser;
  #server: ServerProcess;

  private constructor(folder: string, browser: Browser, server: ServerProcess) {
    this.folder = folder;
    this.#browser = browser;
    this.#server = server;
  }

  static async open(): Promise<Bench> {
    const folder = await Deno.makeTempDir();
    const text = "Once upon a time there was a king who had three sons.\n";
    await Deno.writeTextFile(join(folder, "text.txt"), text.repeat(300));
    const server = await startServer({ env: environmentOf(folder) });
    return new Bench(folder, await launchChromium(), server);
  }

  get url(): string {
    return this.#server.url;
  }

  /** A page of the site in a tab of its own, and what the browser complains of. */
  async tab(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await (await this.#browser.newContext(options)).newPage();
    page.on("pageerror", (error) => {
      throw error;
    });
    await page.goto(this.url + path);
    return page;
  }

  stopServer(): Promise<void> {
    return this.#server.stop();
  }

  async startServerAgain(): Promise<void> {
    this.#server = await startServer({
      port: Number(new URL(this.url).port),
      env: environmentOf(this.folder),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.#server.stop();
    await Deno.remove(this.folder, { recursive: true });
  }
}

function environmentOf(folder: string): Record<string, string> {
  return { XDG_DATA_HOME: folder, MAMBA_MODELS: FIXTURES };
}

/** Fills in the form for a run of small steps. */
async function fillForm(page: Page, bench: Bench): Promise<void> {
  const data = join(bench.folder, "text.txt");
  await page.selectOption("#from", "model:tiny-mamba1");
  await page.getByText("More settings").click();
  const values = {
    data,
    validation: data,
    steps: ENDLESS,
    // So low that it never learns enough for a spike.
    learningRate: "0.000003",
    rowLength: "32",
    batchSize: "2",
    warmupSteps: "10",
    validationInterval: "20",
    sampleInterval: "20",
    sampleTokens: "12",
    checkpointInterval: "50",
  };
  for (const [name, value] of Object.entries(values)) {
    await page.fill(`#${name}`, value);
  }
}

async function waitForStatus(page: Page, pattern: RegExp): Promise<void> {
  const status = page.locator(".status");
  await waitFor(
    `the status ${pattern}`,
    async () => pattern.test(await status.textContent() ?? ""),
    PATIENCE,
  );
}

/** The step that the page shows. */
async function stepOn(page: Page): Promise<number> {
  const text = await page.locator('[data-figure="step"] dd').textContent();
  return Number(text?.split(" of ")[0]?.replaceAll(/\D/g, ""));
}

async function waitForStep(page: Page, step: number): Promise<void> {
  await waitFor(
    `step ${step}`,
    async () => await stepOn(page) >= step,
    PATIENCE,
  );
}

/** How many places the curve of the training loss has. */
async function placesOn(page: Page): Promise<number> {
  const path = page.locator(".chart-plot .chart-faint").first();
  return (await path.getAttribute("d") ?? "").split("L").length;
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
}

Deno.test({
  name: `a run is trained from the page${BROWSER_NOTE}`,
  ignore: WITHOUT_BROWSER,
  // The browser and the connection to it outlive single steps.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using bench = await Bench.open();
    const page = await bench.tab("train");
    const step = (name: string, fn: () => Promise<void>) =>
      t.step({ name, fn, sanitizeOps: false, sanitizeResources: false });

    await step(
      "every control has a name and the keyboard reaches it",
      async () => {
        assertEquals(await namelessControls(page), []);
        const stops = await tabStops(page);
        const wanted = ["from", "tokenizer", "data", "validation", "steps"];
        const order = wanted.map((stop) => stops.indexOf(stop));
        assertEquals(order, order.toSorted((a, b) => a - b));
        assertEquals(order.includes(-1), false);
      },
    );

    await step("errors stand at their controls, the rest is kept", async () => {
      await fillForm(page, bench);
      await page.fill("#data", "/no/such/file");
      await press(page, "Start training");
      assertStringIncludes(
        await page.innerText("#data-help"),
        "/no/such/file is not there",
      );
      assertEquals(await page.getAttribute("#data", "aria-invalid"), "true");
      assertEquals(await page.inputValue("#steps"), ENDLESS);
      await screenshot(page, "train-error");
    });

    await step("the keyboard alone starts a run", async () => {
      await page.fill("#data", join(bench.folder, "text.txt"));
      await page.focus("#batchSize");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/train\/tiny-mamba1-/);
      await page.waitForSelector("[data-awake]");
    });

    await step("the curve grows, with figures and samples", async () => {
      await waitForStatus(page, /^Training/);
      await waitForStep(page, 40);
      const places = await placesOn(page);
      const reached = await stepOn(page);
      await waitForStep(page, reached + 40);
      assertGreater(await placesOn(page), Math.min(places, 399));
      assertGreater(await page.locator(".chart-marks circle").count(), 1);
      assertMatch(
        await page.locator('[data-figure="speed"] dd').innerText(),
        /tok\/s/,
      );
      assertMatch(await page.innerText(".samples"), /Step \d+\s+Once upon/);
      assertMatch(
        await page.getAttribute('[role="img"]', "aria-label") ?? "",
        /Training loss: from [\d.]+ at step \d+ to [\d.]+ at step/,
      );
      await page.getByText("The numbers as tables").click();
      const rows = page.getByRole("region", { name: "Validation" })
        .locator("tbody tr");
      assertGreater(await rows.count(), 0);
      await page.getByText("The numbers as tables").click();
    });

    await step("nothing moves while it trains", async () => {
      await watchShifts(page);
      const reached = await stepOn(page);
      await waitForStep(page, reached + 100);
      assertEquals(await movedOn(page), []);
      assertEquals(await namelessControls(page), []);
    });

    await step("Stop stops, and stays so over a reload", async () => {
      await press(page, "Stop");
      await waitForStatus(page, /^Stopped after step/);
      const stopped = await stepOn(page);
      await page.reload();
      await page.waitForSelector("[data-awake]");
      assertMatch(await page.innerText(".status"), /^Stopped after step/);
      assertEquals(await stepOn(page), stopped);
      assertGreater(await placesOn(page), 30);
    });

    await step("Resume goes on from there", async () => {
      const stopped = await stepOn(page);
      await press(page, "Resume");
      await waitForStep(page, stopped + 20);
      await waitForStatus(page, /^Training/);
      const label = await page.getAttribute('[role="img"]', "aria-label");
      const [, first] = /from [\d.]+ at step (\d+)/.exec(label ?? "") ?? [];
      assertLessOrEqual(Number(first), stopped);
    });

    await step("a restart of the server interrupts nothing", async () => {
      const before = await stepOn(page);
      await bench.stopServer();
      await waitForStatus(page, /^The server cannot be reached/);
      await bench.startServerAgain();
      await waitForStatus(page, /^Training/);
      const after = await stepOn(page);
      assertGreaterOrEqual(after, before);
      await waitForStep(page, after + 20);
    });

    await step("without scripts the forms do it all", async () => {
      const plain = await bench.tab("train", { javaScriptEnabled: false });
      // A second run is refused in words.
      await fillForm(plain, bench);
      await press(plain, "Start training");
      assertStringIncludes(
        await plain.locator("[role=alert]").innerText(),
        "two models at once",
      );
      await plain.getByRole("link", { name: "tiny-mamba1" }).first().click();
      await plain.locator("meta[http-equiv=refresh]").first()
        .waitFor({ state: "attached" });
      assertGreater(await placesOn(plain), 30);
      await press(plain, "Stop");
      // The page loads itself anew.
      await waitForStatus(plain, /^Stopped/);
      await screenshot(plain, "train-no-scripts");
      await plain.context().close();
      // The other tab was told.
      await waitForStatus(page, /^Stopped/);
    });

    for (const width of [390, 1280]) {
      for (const colorScheme of ["light", "dark"] as const) {
        const name = `${width}-${colorScheme}`;
        await step(`nothing overflows at ${name}`, async () => {
          const tab = await bench.tab("train", {
            viewport: { width, height: 900 },
            colorScheme,
          });
          const overflow = () =>
            tab.evaluate(() =>
              document.documentElement.scrollWidth - innerWidth
            );
          assertLessOrEqual(await overflow(), 0);
          await screenshot(tab, `train-${name}-list`);
          await tab.getByRole("link", { name: "tiny-mamba1" }).click();
          await tab.waitForSelector("[data-awake]");
          for (const fold of await tab.locator("summary").all()) {
            await fold.click();
          }
          assertLessOrEqual(await overflow(), 0);
          await screenshot(tab, `train-${name}-run`);
          await tab.context().close();
        });
      }
    }

    await step("a run is deleted after a second press", async () => {
      await page.getByText("Delete this run").click();
      await press(page, "Delete for good");
      await page.waitForURL(/\/train$/);
      assertStringIncludes(await page.innerText(".runs"), "None yet");
      const runs = Deno.readDir(join(bench.folder, "fresh-mamba", "runs"));
      assertEquals(await Array.fromAsync(runs), []);
      await page.context().close();
    });
  },
});
