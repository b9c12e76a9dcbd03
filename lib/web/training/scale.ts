import { groupDigits } from "../format.ts";

/** An axis: what it reaches and where its lines are. */
export interface Scale {
  min: number;
  max: number;
  ticks: readonly number[];
}

/**
 * A scale whose lines are round numbers, 1, 2 or 5 times a power of ten.
 *
 * @param count about how many steps between lines there shall be
 */
export function niceScale(min: number, max: number, count = 4): Scale {
  if (!(max > min)) {
    const half = Math.abs(min) / 2 || 0.5;
    return niceScale(min - half, min + half, count);
  }
  const step = niceStep((max - min) / count);
  const first = Math.floor(min / step + 1e-9);
  const last = Math.ceil(max / step - 1e-9);
  const ticks: number[] = [];
  // Times, not plus: sums of 0.1 drift away from round numbers.
  for (let index = first; index <= last; index++) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return { min: ticks[0]!, max: ticks.at(-1)!, ticks };
}

/** The same, but it ends where the data does. */
export function exactScale(min: number, max: number, count = 5): Scale {
  const { ticks } = niceScale(min, max, count);
  return {
    min,
    max,
    ticks: ticks.filter((tick) => tick >= min && tick <= max),
  };
}

/** Where a value is between the ends of a scale, 0 to 1. */
export function placeOn({ min, max }: Scale, value: number): number {
  return (value - min) / (max - min);
}

/** A line's number, with the digits that tell it from its neighbours. */
export function formatTick({ ticks }: Scale, value: number): string {
  if (value === 0) return "0";
  const step = (ticks[1] ?? value) - (ticks[0] ?? 0);
  const largest = Math.max(...ticks.map(Math.abs));
  if (largest > 0 && largest < 0.001) {
    return value.toExponential().replace("e-", "e−");
  }
  const digits = step > 0
    ? Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))
    : 0;
  const text = Math.abs(value).toFixed(digits);
  const [whole = "", fraction] = text.split(".");
  const sign = value < 0 ? "−" : "";
  const grouped = groupDigits(Number(whole));
  return sign + (fraction === undefined ? grouped : `${grouped}.${fraction}`);
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5].find((factor) => factor * power >= rough * 0.999);
  return (factor ?? 10) * power;
}
