import type { Place } from "./chart.tsx";

/** A share of the curve, at most so many places to each side. */
const SHARE = 1 / 30;
const MAX_SIDE = 20;

/**
 * A curve whose places are means of their neighbourhood. It is even to both
 * sides, so that a fall is not shown too late, but for the newest places,
 * whose right side is yet to come.
 */
export function smooth(places: readonly Place[]): Place[] {
  const finite = places.filter(({ y }) => Number.isFinite(y));
  const side = Math.min(MAX_SIDE, Math.floor(finite.length * SHARE));
  return finite.map(({ x }, index) => {
    const left = Math.min(side, index);
    const near = finite.slice(index - left, index + left + 1);
    return { x, y: near.reduce((sum, { y }) => sum + y, 0) / near.length };
  });
}
