import type { Place } from "./chart.tsx";

/**
 * The running mean of a curve, over more of it the more there is: the newest
 * places count most. Its first places are means of what there is until then.
 */
export function smooth(places: readonly Place[]): Place[] {
  const finite = places.filter(({ y }) => Number.isFinite(y));
  const window = Math.min(40, finite.length / 15);
  if (window <= 1) return finite;
  const keep = 1 - 2 / (window + 1);
  let sum = 0;
  let weight = 0;
  return finite.map(({ x, y }) => {
    sum = sum * keep + y;
    weight = weight * keep + 1;
    return { x, y: sum / weight };
  });
}
