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

/**
 * Texts of the page whose contrast with what is behind them is below that of
 * WCAG AA: 4.5, or 3 for large ones. What is switched off may be faint.
 */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1);
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    // Whatever way the colour is written: as the canvas paints it.
    const paint = (colour: string): number[] => {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (colour: string) => {
      const [r, g, b] = paint(colour).map((channel) => {
        const value = channel / 255;
        return value <= 0.04045
          ? value / 12.92
          : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    const behind = (element: Element | null): string => {
      if (element === null) return "white";
      const { backgroundColor } = getComputedStyle(element);
      return paint(backgroundColor)[3] === 255
        ? backgroundColor
        : behind(element.parentElement);
    };
    const hasText = (element: Element) =>
      [...element.childNodes].some(({ nodeType, textContent }) =>
        nodeType === Node.TEXT_NODE && textContent?.trim()
      );
    const off = "[aria-disabled=true], :disabled, .visually-hidden, option";
    return [...document.body.querySelectorAll("*")].filter((element) => {
      if (!hasText(element) || element.closest(off) !== null) return false;
      if (!element.checkVisibility()) return false;
      const { color, fontSize, fontWeight } = getComputedStyle(element);
      const pixels = parseFloat(fontSize);
      const large = pixels >= 24 || (pixels >= 18.66 && +fontWeight >= 700);
      const [dark, light] = [luminance(color), luminance(behind(element))]
        .sort((a, b) => a - b);
      return (light! + 0.05) / (dark! + 0.05) < (large ? 3 : 4.5);
    }).map((element) => element.outerHTML.slice(0, 200));
  });
}

/** Headings that are more than one level below the one before. */
export function skippedHeadings(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    let level = 0;
    return [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
      .filter((heading) => {
        const skipped = Number(heading.tagName[1]) > level + 1;
        level = Number(heading.tagName[1]);
        return skipped;
      }).map((heading) => heading.outerHTML);
  });
}
