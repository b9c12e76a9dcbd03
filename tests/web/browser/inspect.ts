import type { Page } from "playwright-core";

/** Where screenshots go, if they are wanted: `SCREENSHOTS=dist/screenshots`. */
const SCREENSHOTS = Deno.env.get("SCREENSHOTS");

/** Writes a picture of the whole page, if pictures are wanted. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (!SCREENSHOTS) return;
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true });
}

/** What may move: the caret, and samples in their frame when one is added. */
const MOVING = ".caret, article";

/** Gathers what moves on the page from now on, but for what may. */
export async function watchShifts(page: Page): Promise<void> {
  await page.evaluate((moving) => {
    const moved: string[] = [];
    Object.assign(globalThis, { moved });
    new PerformanceObserver((list) => {
      const shifts = list.getEntries() as unknown as {
        sources: { node: Node | null }[];
      }[];
      for (const { node } of shifts.flatMap(({ sources }) => sources)) {
        const element = node instanceof Element ? node : node?.parentElement;
        // What has gone since has no node.
        if (!element || element.closest(moving) !== null) continue;
        moved.push(element.outerHTML);
      }
    }).observe({ type: "layout-shift" });
  }, MOVING);
}

/** What has moved since {@linkcode watchShifts}. */
export function movedOn(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    (globalThis as unknown as { moved: string[] }).moved
  );
}

/** Controls of the page that have no name that can be spoken. */
export function namelessControls(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const spoken = (element: Element) => {
      const labels = "labels" in element
        ? [...element.labels as NodeListOf<HTMLLabelElement>]
        : [];
      return labels.map((label) => label.textContent).join("") ||
        element.getAttribute("aria-label") || element.textContent;
    };
    const controls = "input:not([type=hidden]), select, textarea, button, a";
    return [...document.querySelectorAll(controls)]
      .filter((element) => element.getAttribute("aria-hidden") !== "true")
      .filter((element) => !spoken(element)?.trim())
      .map((element) => element.outerHTML);
  });
}

/** What has the focus after each press of Tab, from the page's beginning. */
export async function tabStops(page: Page): Promise<string[]> {
  const stops: string[] = [];
  for (;;) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const { activeElement: element } = document;
      if (element === null || element === document.body) return "";
      return element.id || element.textContent?.trim() ||
        element.getAttribute("name") || element.tagName;
    });
    if (stop === "" || stops.includes(stop)) return stops;
    stops.push(stop);
  }
}
