import {
  assert,
  assertEquals,
  assertGreater,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import type { Page } from "playwright-core";
import type { CompareRecord } from "../../../lib/api/compare.ts";
import type { HistoryPage, HistoryRecord } from "../../../lib/api/history.ts";
import { GPU_IS_SIMULATED } from "../../helpers/simulated_gpu.ts";
import { Bench, ENDLESS, type Playground } from "./bench.ts";
import { BROWSER_NOTE, WITHOUT_BROWSER } from "./chromium.ts";
import { movedOn, namelessControls, watchShifts } from "./inspect.ts";
import { waitFor } from "./wait_for.ts";

const COMPARE = { path: "compare" };
const FEW = GPU_IS_SIMULATED ? "12" : "120";
const TALE = "Once upon a time there was a king who had three sons.";

/** The continuations that are shown, column by column. */
function texts(page: Page): Promise<string[]> {
  return page.locator(".text-continuation").allTextContents();
}

async function waitForTexts(page: Page, characters: number): Promise<void> {
  await waitFor("text in every column", async () => {
    const shown = await texts(page);
    return shown.length > 1 &&
      shown.every(({ length }) => length >= characters);
  });
}

async function lastRun(bench: Bench): Promise<HistoryRecord<CompareRecord>> {
  const ask = async (path: string) =>
    await (await fetch(`${bench.url}api/history${path}`)).json();
  const { entries: [entry] }: HistoryPage = await ask("?kind=compare");
  return await ask(`/${entry!.id}`);
}

async function figures(tab: Playground, name: string): Promise<string[]> {
  const found = await tab.page.locator(`[data-figure="${name}"] dd`)
    .allTextContents();
  return found.map((text) => text.replace(/\s/g, " "));
}

Deno.test({
  name: `models are compared in a browser${BROWSER_NOTE}`,
  ignore: WITHOUT_BROWSER,
  // The browser and the connection to it outlive single steps.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using bench = await Bench.open();

    await bench.step(
      t,
      "the two built-in models write at once, with figures and a vote",
      async (tab) => {
        const { page } = tab;
        await tab.prepare(TALE, FEW);
        await tab.fill({ seed: "7" });
        await tab.press("Run");
        await tab.waitForStatus(/^All columns finished/);
        const [one, two] = await texts(page);
        assertNotEquals(one, two);
        for (const name of ["tokens", "memory", "state", "first-token"]) {
          assertEquals((await figures(tab, name)).length, 2);
        }
        for (const speed of await figures(tab, "speed")) {
          assertMatch(speed, /^[\d. ]+ tok\/s$/);
        }
        assertEquals(
          await page.locator(".column-status").allTextContents(),
          Array(2).fill(`Finished after ${FEW} tokens, at the limit.`),
        );
        // The mark stands on the first character that differs.
        const marks = await page.locator("mark.parting").allTextContents();
        const at = [...one!].findIndex((character, index) =>
          character !== two![index]
        );
        assertEquals(marks, [one![at], two![at]]);

        await page.getByRole("button", { name: "2: fairy-mamba2" }).click();
        await page.getByText("Your vote is kept").waitFor();
        assertStringIncludes(
          (await page.innerText("[aria-labelledby=tally-title]"))
            .replace(/\s+/g, " "),
          "fairy-mamba2 1 0 0 100 %",
        );
        assertEquals((await lastRun(bench)).body.vote, 1);
      },
      COMPARE,
    );

    await bench.step(
      t,
      "a link and the exports give the run again",
      async (tab) => {
        const { page } = tab;
        const { body, id } = await lastRun(bench);
        await page.goto(`${bench.url}compare?run=${id}`);
        await tab.awake();
        const kept = body.columns.map(({ text }) => text);
        assertEquals(await texts(page), kept);
        for (const [button, name] of [["JSON", "json"], ["Markdown", "md"]]) {
          const waiting = page.waitForEvent("download");
          await page.getByText(`Export ${button}`).click();
          const download = await waiting;
          assertEquals(download.suggestedFilename(), `comparison.${name}`);
          const text = await Deno.readTextFile(await download.path());
          assertStringIncludes(
            text,
            name === "json" ? JSON.stringify(kept[0]) : kept[0]!,
          );
        }
        await page.getByText("Link to this run").click();
        await tab.awake();
        assertEquals(await tab.value("prompt"), TALE);
        assertEquals(await tab.value("seed"), "7");
        await tab.press("Run");
        await tab.waitForStatus(/^All columns finished/);
        assertEquals(await texts(page), kept);
      },
      COMPARE,
    );

    await bench.step(
      t,
      "two columns stream at once, and Stop stops both",
      async (tab) => {
        const { page } = tab;
        await tab.prepare(TALE, ENDLESS);
        await tab.press("Run");
        await waitForTexts(page, 20);
        assertEquals(await bench.active(), 2);
        const before = await texts(page);
        await waitFor("both to go on", async () => {
          const now = await texts(page);
          return now.every((text, i) => text.length > before[i]!.length);
        });
        await tab.press("Stop");
        await tab.waitForStatus(/^Stopped/);
        const shown = await texts(page);
        await bench.waitUntilFree();
        assertEquals(await texts(page), shown);
        const { body, state } = await lastRun(bench);
        assertEquals(state, "stopped");
        for (const [index, column] of body.columns.entries()) {
          // What was on its way when the button was pressed, and no more.
          assert(column.text.startsWith(shown[index]!.slice(0, -1)));
          assertEquals(column.state, "stopped");
        }
      },
      COMPARE,
    );

    await bench.step(
      t,
      "a reload in the middle shows the run as stopped, with its text",
      async (tab) => {
        const { page } = tab;
        await tab.prepare("Kept over a reload", ENDLESS);
        await tab.press("Run");
        await waitForTexts(page, 20);
        await tab.reload();
        await bench.waitUntilFree();
        await tab.waitForStatus(/^Stopped/);
        assertEquals(await tab.value("prompt"), "Kept over a reload");
        for (const text of await texts(page)) assertGreater(text.length, 19);
        assertEquals((await lastRun(bench)).state, "stopped");
      },
      COMPARE,
    );

    await bench.step(
      t,
      "in lock-step every token is coloured, and the distance is told",
      async (tab) => {
        const { page } = tab;
        await tab.fill({ prompt: TALE });
        await page.getByText("Read in lock-step").click();
        await tab.press("Run");
        await tab.waitForStatus(/^All columns finished/);
        const read = await page.locator(".read-text").allTextContents();
        assertEquals(read, [TALE, TALE]);
        const [first, ...others] = await page.locator(".read-text").first()
          .locator("[data-at]").evaluateAll((tokens) =>
            tokens.map(({ className }) => className)
          );
        assertEquals(first, "heat-none");
        assert(others.every((name) => /^heat-[0-5]/.test(name)));
        assertMatch((await figures(tab, "kl"))[1]!, /^[\d.]+ nats$/);
        assertMatch((await figures(tab, "disagreements"))[1]!, /^\d+ of \d+, /);
        await page.locator(".column .output-text").first().focus();
        await page.keyboard.press("ArrowRight");
        await page.keyboard.press("ArrowRight");
        const details = await page.locator(".token-detail").allTextContents();
        for (const text of details) assertStringIncludes(text, "likeliest");
        assertEquals(await page.locator(".selected").count(), 2);
      },
      COMPARE,
    );

    await bench.step(
      t,
      "what is wrong is told at the control",
      async (tab) => {
        const { page } = tab;
        await tab.fill({ prompt: "Wrong" });
        await page.getByText("Own settings").first().click();
        await tab.fill({ temperature1: "hot" });
        await tab.press("Run");
        assertStringIncludes(await tab.alert(), "hot");
        assertEquals(
          await page.evaluate(() => document.activeElement?.id),
          "temperature1",
        );
        assertEquals(await namelessControls(page), []);
      },
      COMPARE,
    );

    await bench.step(
      t,
      "without scripts the form gives all columns",
      async (tab) => {
        const { page } = tab;
        await tab.fill({ prompt: TALE, maxTokens: "9", seed: "3" });
        await tab.press("Run");
        const shown = await texts(page);
        assertEquals(shown.length, 2);
        assert(shown.every((text) => text.trim() !== ""));
        await page.getByRole("button", { name: "A tie" }).click();
        assertStringIncludes(await page.innerText(".vote-bar"), "a tie");
        assertEquals(await texts(page), shown);
        const { id, body: { vote } } = await lastRun(bench);
        assertEquals(vote, "tie");
        await page.uncheck("#keep");
        await page.getByText("Read in lock-step").click();
        await tab.press("Run");
        assertEquals(
          await page.locator(".read-text").allTextContents(),
          [TALE, TALE],
        );
        assert(!await page.isChecked("#keep"));
        assertEquals((await lastRun(bench)).id, id);
      },
      { ...COMPARE, javaScriptEnabled: false },
    );

    for (const width of [380, 1440]) {
      await bench.step(
        t,
        `nothing moves at ${width} px from the first token to the last`,
        async (tab) => {
          const { page } = tab;
          await tab.prepare(TALE.repeat(GPU_IS_SIMULATED ? 1 : 6), FEW);
          if (width === 1440) {
            await page.getByText("A third and a fourth column").click();
            for (const column of [3, 4]) {
              await page.selectOption(`#model${column}`, "fairy-mamba1");
              await page.selectOption(`#dtype${column}`, "bf16");
            }
          }
          for (const mode of ["Write", "Read in lock-step"]) {
            await page.getByText(mode).first().click();
            await tab.press("Run");
            // The columns come with the press; from then on nothing moves.
            await page.waitForSelector(".column");
            await watchShifts(page);
            await tab.waitForStatus(/^All columns finished/);
            assertEquals(await movedOn(page), [], mode);
            const overflow = await page.evaluate(() =>
              document.documentElement.scrollWidth - innerWidth
            );
            assertLessOrEqual(overflow, 0);
          }
        },
        { ...COMPARE, viewport: { width, height: 900 } },
      );
    }
  },
});
