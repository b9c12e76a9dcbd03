import { invalidArgument, showValue } from "./invalid_argument.ts";

const MAX_STOPS = 16;
const MAX_STOP_LENGTH = 256;
const MAX_BIASES = 65_536;
/** No logit comes near, and sums with it stay finite in 32 bits. */
const MAX_BIAS = 10_000;

/** Checks stop strings. */
export function checkStop(value: unknown): readonly string[] {
  const wrong = (reason: string) =>
    invalidArgument(
      "stop",
      reason,
      `Give up to ${MAX_STOPS} texts of 1 to ${MAX_STOP_LENGTH} characters.`,
    );
  if (!Array.isArray(value)) {
    throw wrong(`${showValue(value)} is not a list of texts`);
  }
  if (value.length > MAX_STOPS) {
    throw wrong(`${value.length} texts are more than ${MAX_STOPS}`);
  }
  for (const text of value) {
    if (typeof text !== "string" || text === "") {
      throw wrong(`${showValue(text)} is not a text of some length`);
    }
    if (text.length > MAX_STOP_LENGTH) {
      throw wrong(`a text is longer than ${MAX_STOP_LENGTH} characters`);
    }
    if (!text.isWellFormed()) {
      throw wrong(`${showValue(text)} has half a character`);
    }
  }
  return [...value];
}

/** Checks a logit bias; `null`, `false` and -Infinity become -Infinity. */
export function checkBias(value: unknown): ReadonlyMap<number, number> {
  const wrong = (reason: string) =>
    invalidArgument(
      "logitBias",
      reason,
      `Give token ids with numbers from ${-MAX_BIAS} to ${MAX_BIAS}, or null ` +
        "to ban one.",
    );
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(`${showValue(value)} is not an object of id: number`);
  }
  const entries: [unknown, unknown][] = value instanceof Map
    ? [...value]
    : Object.entries(value);
  if (entries.length > MAX_BIASES) {
    throw wrong(`${entries.length} ids are more than ${MAX_BIASES}`);
  }
  const biases = new Map<number, number>();
  for (const [key, bias] of entries) {
    const id = typeof key === "string" && !/^\d+$/.test(key)
      ? NaN
      : Number(key);
    if (!Number.isInteger(id) || id < 0 || id >= 2 ** 32) {
      throw wrong(`${showValue(key)} is not a token id`);
    }
    const banned = bias === null || bias === false || bias === -Infinity;
    if (!banned && typeof bias !== "number") {
      throw wrong(`${showValue(bias)} is not a number`);
    }
    if (!banned && !(Math.abs(bias) <= MAX_BIAS)) {
      throw wrong(`${bias} is out of range`);
    }
    biases.set(id, banned ? -Infinity : bias);
  }
  return biases;
}
