import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Nothing but the page itself: no updates, no calls home. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The browser that the tests use: `CHROMIUM_PATH`, or where systems put it. */
export const CHROMIUM: string | undefined = Deno.env.get("CHROMIUM_PATH") ||
  PLACES.find((path) => existsSync(path));

/**
 * Whether tests that need a browser are left out. Never on CI: there a missing
 * browser is a failure.
 */
export const WITHOUT_BROWSER = CHROMIUM === undefined &&
  Deno.env.get("CI") !== "true";

/** What a test's name says when it is left out. */
export const BROWSER_NOTE = WITHOUT_BROWSER
  ? " (left out: no Chromium, set CHROMIUM_PATH)"
  : "";

/** A browser with a new profile of its own. */
export async function launchChromium(): Promise<Browser> {
  if (CHROMIUM === undefined) {
    throw new Error("Cannot find Chromium: set CHROMIUM_PATH");
  }
  return await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
}
