import { Signal } from "@preact/signals";
import { isValidElement } from "preact";

/**
 * One value of the serialised form: a primitive stands for itself, everything
 * else is a list that begins with its kind. Parts are indices into the list
 * of all values, so that what is shared, or contains itself, stays so.
 */
export type Entry =
  | string
  | number
  | boolean
  | null
  | [kind: string, ...parts: (string | number)[]];

/** The props of one island. */
export interface IslandProps {
  /** The island, for messages. */
  name: string;
  props: Record<string, unknown>;
}

/**
 * Turns the props of a page's islands into text for the browser: JSON's own
 * types and undefined, NaN, infinities, bigint, Date, URL, Map, Set,
 * Uint8Array, and signals. JSX, functions and instances of other classes are
 * refused by name.
 */
export function serialize(islands: IslandProps[]): string {
  const entries: Entry[] = [["array"]];
  const seen = new Map<unknown, number>();
  entries[0] = [
    "array",
    ...islands.map(({ name, props }) => add(props, name, entries, seen)),
  ];
  return JSON.stringify(entries);
}

function add(
  value: unknown,
  path: string,
  entries: Entry[],
  seen: Map<unknown, number>,
): number {
  const known = seen.get(value);
  if (known !== undefined) return known;
  const index = entries.push(null) - 1;
  if (typeof value === "object" && value !== null) seen.set(value, index);
  const part = (name: string, inner: unknown) =>
    add(inner, `${path}${name}`, entries, seen);
  entries[index] = encode(value, path, part);
  return index;
}

function encode(
  value: unknown,
  path: string,
  part: (name: string, inner: unknown) => number,
): Entry {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : ["number", Object.is(value, -0) ? "-0" : String(value)];
    case "undefined":
      return ["undefined"];
    case "bigint":
      return ["bigint", String(value)];
    case "object":
      return value === null ? null : encodeObject(value, path, part);
    default:
      throw refusal(path, `a ${typeof value}`);
  }
}

function encodeObject(
  value: object,
  path: string,
  part: (name: string, inner: unknown) => number,
): Entry {
  if (value instanceof Signal) {
    return ["signal", part(".value", value.peek())];
  }
  // After the signals, which pass for JSX so that they can stand in it.
  if (isValidElement(value)) throw refusal(path, "JSX");
  if (Array.isArray(value)) {
    return ["array", ...value.map((inner, i) => part(`[${i}]`, inner))];
  }
  if (value instanceof Date) return ["date", value.getTime()];
  if (value instanceof URL) return ["url", value.href];
  if (value instanceof Uint8Array) return ["bytes", value.toBase64()];
  if (value instanceof Set) {
    return ["set", ...[...value].map((inner, i) => part(`[${i}]`, inner))];
  }
  if (value instanceof Map) {
    const pairs = [...value].flatMap(([key, inner]) => [
      part(".key", key),
      part(`.get(${String(key)})`, inner),
    ]);
    return ["map", ...pairs];
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refusal(path, `an instance of ${value.constructor.name}`);
  }
  const pairs = Object.entries(value).flatMap(([key, inner]) => [
    key,
    part(`.${key}`, inner),
  ]);
  return ["object", ...pairs];
}

function refusal(path: string, what: string): TypeError {
  return new TypeError(
    `Cannot send ${path} to the browser: it is ${what}, and islands get ` +
      "data alone",
  );
}
