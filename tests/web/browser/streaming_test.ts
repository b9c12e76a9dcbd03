import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import type { Page } from "playwright-core";
import { GPU_IS_SIMULATED } from "../../helpers/simulated_gpu.ts";
import { Bench, ENDLESS } from "./bench.ts";
import { BROWSER_NOTE, WITHOUT_BROWSER } from "./chromium.ts";
import { waitFor } from "./wait_for.ts";

/** Lets the page keep the lengths that its text had, one after another. */
async function watchText(page: Page): Promise<void> {
  await page.evaluate(() => {
    const lengths: number[] = [];
    Object.assign(globalThis, { lengths });
    new MutationObserver(() => {
      const text = document.querySelector(".text-continuation")?.textContent;
      if (text && text.length !== lengths.at(-1)) lengths.push(text.length);
    }).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
}

function lengthsOf(page: Page): Promise<number[]> {
  return page.evaluate(() =>
    (globalThis as unknown as { lengths: number[] }).lengths
  );
}

Deno.test({
  name: `the playground streams in a browser${BROWSER_NOTE}`,
  ignore: WITHOUT_BROWSER,
  // The browser and the connection to it outlive single steps.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using bench = await Bench.open();

    await bench.step(
      t,
      "tokens appear one after another, with figures",
      async (tab) => {
        await tab.prepare("Once upon a time", ENDLESS);
        await watchText(tab.page);
        await tab.press("Run");
        await waitFor(
          "ten sights of the text",
          async () => (await lengthsOf(tab.page)).length >= 10,
        );
        await tab.press("Stop");
        const lengths = await lengthsOf(tab.page);
        assertEquals(lengths, lengths.toSorted((a, b) => a - b));

        const [limit, shown] = GPU_IS_SIMULATED ? ["30"] : ["1200", "1 200"];
        await tab.prepare("Once upon a time", limit!);
        await tab.press("Run");
        await tab.waitForStatus(/^Finished after [\d\s]+ tokens, at the limit/);
        assertEquals(
          await tab.page.locator(".text-prompt").textContent(),
          "Once upon a time",
        );
        assertEquals(await tab.figure("tokens"), shown ?? limit);
        assertMatch(await tab.figure("speed"), /^[\d. ]+ tok\/s$/);
        assertMatch(await tab.figure("first-token"), /^[\d.]+ m?s$/);
        assertMatch(await tab.figure("prefill"), /^[\d. ]+ tok\/s$/);
        assertMatch(await tab.figure("state"), /^constant: [\d.]+ [kM]?B$/);
      },
    );

    await bench.step(
      t,
      "Stop and Escape free the engine and keep the text",
      async (tab) => {
        await tab.prepare("On and on", ENDLESS);
        await tab.press("Run");
        await tab.waitForText(20);
        assertEquals(await bench.active(), 1);
        await tab.press("Stop");
        await bench.waitUntilFree();
        await tab.waitForStatus(/^Stopped after/);
        const text = await tab.text();
        assertGreater(text.length, 19);

        await tab.page.focus("#prompt");
        await tab.page.keyboard.press("Control+Enter");
        await tab.waitForStatus(/^Writing/);
        await tab.page.keyboard.press("Escape");
        await tab.waitForStatus(/^Stopped after/);
        await bench.waitUntilFree();
      },
    );

    await bench.step(t, "two tabs progress at once", async (one) => {
      const two = await bench.tab();
      for (const tab of [one, two]) {
        await tab.prepare("Two at once", ENDLESS);
        await tab.press("Run");
      }
      await waitFor("two texts", async () => await bench.active() === 2);
      for (const tab of [one, two, one]) {
        const { length } = await tab.text();
        await tab.waitForText(length + 20);
      }
      await two.close();
      await waitFor("one text", async () => await bench.active() === 1);
      await one.press("Stop");
    });

    await bench.step(
      t,
      "a reload keeps the form and frees the engine",
      async (tab) => {
        await tab.prepare("Kept over a reload", ENDLESS);
        await tab.fill({ temperature: "0.3", seed: "5" });
        await tab.press("Run");
        await tab.waitForText();
        await tab.reload();
        await bench.waitUntilFree();
        assertEquals(await tab.value("prompt"), "Kept over a reload");
        assertEquals(await tab.value("temperature"), "0.3");
        assertEquals(await tab.value("seed"), "5");
        assert(await tab.page.isChecked("#ignoreEos"));
        assertEquals(await tab.text(), "");
      },
    );

    await bench.step(
      t,
      "an address sets the form, edits outlive it",
      async (tab) => {
        await tab.page.goto(`${bench.url}?prompt=From+afar&topK=7`);
        await tab.awake();
        assertEquals(await tab.value("prompt"), "From afar");
        assertEquals(await tab.value("topK"), "7");
        await tab.fill({ prompt: "Edited" });
        await tab.reload();
        assertEquals(await tab.value("prompt"), "Edited");
        assertEquals(await tab.value("topK"), "7");
      },
    );

    await bench.step(
      t,
      "an address chooses the model that the tab had not",
      async (tab) => {
        const ids = await tab.page.locator("#model option")
          .evaluateAll((options) =>
            options.map((option) => (option as HTMLOptionElement).value)
          );
        const [first = "", second = ""] = ids;
        await tab.page.selectOption("#model", first);
        await tab.fill({ temperature: "0.3" });
        await tab.page.goto(`${bench.url}?model=${second}`);
        await tab.awake();
        assertEquals(await tab.value("model"), second);
      },
    );

    await bench.step(t, "leaving the page frees the engine", async (tab) => {
      await tab.prepare("Left alone", ENDLESS);
      await tab.press("Run");
      await tab.waitForText();
      assertEquals(await bench.active(), 1);
      await tab.page.goto("about:blank");
      await bench.waitUntilFree();
    });

    await bench.step(
      t,
      "the same seed gives the same text, and Continue goes on",
      async (tab) => {
        await tab.prepare("Again", "24");
        await tab.press("Run");
        await tab.waitForStatus(/^Finished/);
        const text = await tab.text();
        await tab.press("Use it again");
        assertNotEquals(await tab.value("seed"), "");
        await tab.press("Run");
        await tab.waitForStatus(/^Finished/);
        assertEquals(await tab.text(), text);
        await tab.press("Continue");
        await waitFor(
          "the longer prompt",
          async () => await tab.value("prompt") === `Again${text}`,
        );
        await tab.waitForStatus(/^Finished/);
      },
    );

    await bench.step(
      t,
      "errors name the field, and Try again works",
      async (tab) => {
        await tab.prepare("Wrong", "8");
        await tab.fill({ topP: "3" });
        await tab.press("Run");
        assertStringIncludes(await tab.alert(), "Top-p");
        assertEquals(
          await tab.page.getAttribute("#topP", "aria-invalid"),
          "true",
        );
        assertEquals(
          await tab.page.evaluate(() => document.activeElement?.id),
          "topP",
        );
        await tab.fill({ topP: "0.9" });
        await tab.press("Try again");
        await tab.waitForStatus(/^Finished after 8 tokens/);
        assertEquals(await tab.page.locator("[role=alert]").count(), 0);
      },
    );

    await t.step(
      "an unknown model and a server that is gone can be tried again",
      async () => {
        const tab = await bench.tab();
        await tab.prepare("Gone", "8");
        const model = await tab.value("model");
        await tab.page.evaluate(() => {
          const option = new Option("gone", "gone");
          document.querySelector("#model")?.append(option);
        });
        await tab.page.selectOption("#model", "gone");
        await tab.press("Run");
        await tab.page.waitForSelector("[role=alert]");
        assertStringIncludes(await tab.alert(), "Cannot find the model");
        await tab.page.selectOption("#model", model);
        await tab.press("Try again");
        await tab.waitForStatus(/^Finished after 8 tokens/);

        await tab.prepare("Gone", ENDLESS);
        await tab.press("Run");
        await tab.waitForText();
        await bench.stopServer();
        await tab.page.waitForSelector("[role=alert]");
        assertStringIncludes(await tab.alert(), "broke off");
        await tab.press("Try again");
        await waitFor(
          "the second failure",
          async () => (await tab.alert()).includes("cannot be reached"),
        );
        await bench.startServerAgain();
        await tab.prepare("Back", "8");
        await tab.press("Try again");
        await tab.waitForStatus(/^Finished after 8 tokens/);
        await tab.close();
      },
    );
  },
});
