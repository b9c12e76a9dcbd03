/** From one try to reach the server to the next, in milliseconds. */
const WAITS = [250, 500, 1000, 2000, 5000] as const;

/** How long to wait after so many tries in vain, the first being 0. */
export function retryWait(tries: number): number {
  return WAITS[Math.min(tries, WAITS.length - 1)]!;
}
