import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Bench, ENDLESS } from "./bench.ts";
import { BROWSER_NOTE, WITHOUT_BROWSER } from "./chromium.ts";

const HISTORY = { path: "history", awakes: false };

Deno.test({
  name: `runs are kept in a history${BROWSER_NOTE}`,
  ignore: WITHOUT_BROWSER,
  // The browser and the connection to it outlive single steps.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using bench = await Bench.open();

    await bench.step(
      t,
      "what was run and what was stopped is listed, unless it was not to be",
      async (tab) => {
        const { page } = tab;
        await tab.prepare("A run that ends", "6");
        await tab.fill({ temperature: "0.4", seed: "9" });
        await tab.press("Run");
        await tab.waitForStatus(/^Finished/);
        await tab.prepare("A run that is stopped", ENDLESS);
        await tab.press("Run");
        await tab.waitForText(10);
        await tab.press("Stop");
        await bench.waitUntilFree();
        await page.uncheck("#keep");
        await tab.prepare("A secret run", "6");
        await tab.press("Run");
        await tab.waitForStatus(/^Finished/);
        await tab.reload();
        assert(!await page.isChecked("#keep"));

        await page.goto(`${bench.url}history`);
        const entries = await page.locator(".entries li").allInnerTexts();
        assertEquals(entries.length, 2);
        assertMatch(entries[0]!, /A run that is stopped[^]*stopped/);
        assertMatch(entries[1]!, /A run that ends[^]*fairy-mamba1[^]*done/);
      },
    );

    await bench.step(
      t,
      "a run opens with its settings and its text, also after a restart",
      async (tab) => {
        const { page } = tab;
        await tab.leave();
        await bench.stopServer();
        await bench.startServerAgain();
        await page.goto(`${bench.url}history`);
        await page.getByText("A run that ends").click();
        await tab.awake();
        assertEquals(await tab.value("prompt"), "A run that ends");
        assertEquals(await tab.value("temperature"), "0.4");
        assertEquals(await tab.value("seed"), "9");
        await tab.waitForStatus(/^Finished after 6 tokens/);
        const text = await tab.text();
        // The status of the run that is shown would do for one of as many.
        await tab.fill({ maxTokens: "8" });
        await tab.press("Run");
        await tab.waitForStatus(/^Finished after 8 tokens/);
        assertEquals((await tab.text()).slice(0, text.length), text);
      },
      HISTORY,
    );

    await bench.step(
      t,
      "a run is deleted without scripts, and all are after a second press",
      async (tab) => {
        const { page } = tab;
        await page.getByRole("button", { name: /A run that is stopped/ })
          .click();
        const list = page.locator(".history");
        assertStringIncludes(await list.innerText(), "2 kept");
        await page.getByText("Delete the history").click();
        await page.getByText("Delete for good").click();
        assertStringIncludes(await list.innerText(), "Nothing yet.");
      },
      { ...HISTORY, javaScriptEnabled: false },
    );

    await bench.step(
      t,
      "a file that is locked is told, and runs go on",
      async (tab) => {
        using other = new DatabaseSync(bench.historyFile);
        other.exec("BEGIN IMMEDIATE");
        const { page } = tab;
        await tab.fill({ prompt: "While it is locked", maxTokens: "5" });
        await tab.press("Run");
        await tab.waitForStatus(/^All columns finished/);
        assertStringIncludes(
          await page.innerText(".results"),
          "another program holds it",
        );
        other.exec("ROLLBACK");
        await tab.press("Run");
        await page.getByText("The vote is kept with the run").waitFor();
      },
      { path: "compare" },
    );

    await bench.step(
      t,
      "a file that is damaged is told, and runs go on",
      async (tab) => {
        const { page } = tab;
        await tab.leave();
        await bench.stopServer();
        for (const suffix of ["-wal", "-shm"]) {
          await Deno.remove(bench.historyFile + suffix).catch(() => {});
        }
        await Deno.writeTextFile(bench.historyFile, "damaged ".repeat(1000));
        await bench.startServerAgain();
        await page.goto(`${bench.url}history`);
        assertStringIncludes(await tab.alert(), "it is damaged");
        await page.goto(bench.url);
        await tab.awake();
        assertStringIncludes(await page.innerText(".keep-field"), "not kept");
        await tab.prepare("All the same", "5");
        await tab.press("Run");
        await tab.waitForStatus(/^Finished after 5 tokens/);
        await Deno.remove(bench.historyFile);
        await page.goto(`${bench.url}history`);
        assertStringIncludes(await page.innerText(".history"), "Nothing yet.");
        // The browser logs the status of the page with the error, no more.
        tab.complaints.splice(0);
      },
      HISTORY,
    );
  },
});
