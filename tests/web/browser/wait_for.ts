/** Options of {@linkcode waitFor}. */
export interface WaitForOptions {
  /** After so many milliseconds it is an error. @default 60000 */
  patience?: number;
}

/** Asks again and again until the answer is yes. */
export async function waitFor(
  what: string,
  ask: () => boolean | Promise<boolean>,
  options: WaitForOptions = {},
): Promise<void> {
  const { patience = 60_000 } = options;
  const end = performance.now() + patience;
  while (!await ask()) {
    if (performance.now() > end) {
      throw new Error(`Waited ${patience} ms in vain: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
