import { cannotLoad } from "../api/load_error.ts";
import { quote } from "./checkpoint_error.ts";

/** Options of {@linkcode parseJsonText}. */
export interface ParseJsonTextOptions {
  /** Accept bare `Infinity`, `-Infinity` and `NaN`, as Python writes them; default false. */
  nonFinite?: boolean;
  /** Accept no numbers but 0, 1, 2, … written without point and exponent; default false. */
  wholeNumbers?: boolean;
  /** How deep arrays and objects may nest; default 16. */
  maxDepth?: number;
  /** How many values the text may hold; default 100 000. */
  maxValues?: number;
}

/** An object of a parsed file: it has no prototype, so every key is data. */
export type JsonObject = { [key: string]: unknown };

/**
 * Parses JSON that a stranger wrote. Unlike `JSON.parse` it refuses an object
 * that has a key twice, nests only so deep, holds only so many values, and
 * builds objects without prototype.
 *
 * @param where The file's name, for messages.
 * @throws {MambaError} `invalid_checkpoint` with the character's position.
 */
export function parseJsonText(
  text: string,
  where: string,
  options: ParseJsonTextOptions = {},
): unknown {
  const settings = {
    nonFinite: false,
    wholeNumbers: false,
    maxDepth: 16,
    maxValues: 100_000,
    ...options,
  };
  return parsePlain(text, settings) ??
    new JsonParser(text, where, settings).parse();
}

/** Longer texts are read by our own parser, which counts as it goes. */
const MAX_PLAIN = 1 << 20;

/**
 * What `JSON.parse` makes of a text that says nothing else: written again it
 * is the same, so no key is there twice. Undefined for any other text. Headers
 * are written like that; our parser, which runs for the first time when a
 * model is loaded, takes milliseconds for one.
 */
function parsePlain(text: string, settings: Settings): unknown {
  if (text.length > MAX_PLAIN) return undefined;
  try {
    const value = JSON.parse(text);
    let end = text.length;
    while (" \t\r\n".includes(text.charAt(end - 1)) && end > 0) end--;
    const same = JSON.stringify(value) === text.slice(0, end);
    return same && new PlainCheck(settings).passes(value, 0)
      ? value
      : undefined;
  } catch {
    // Neither JSON nor, maybe, an end to its brackets: our parser says where.
    return undefined;
  }
}

/** Holds a value to the limits; its objects lose their prototypes. */
class PlainCheck {
  #values = 0;
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  passes(value: unknown, depth: number): boolean {
    const { maxDepth, maxValues, wholeNumbers } = this.#settings;
    if (depth > maxDepth || ++this.#values > maxValues) return false;
    if (typeof value === "number") {
      return !wholeNumbers || (Number.isSafeInteger(value) && value >= 0);
    }
    if (typeof value !== "object" || value === null) return true;
    if (!Array.isArray(value)) Object.setPrototypeOf(value, null);
    return Object.values(value).every((item) => this.passes(item, depth + 1));
  }
}

/** Whether a value is an object and neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /-?[A-Za-z]+/y;
const WORDS = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const NON_FINITE_WORDS = new Map([
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["NaN", NaN],
]);

type Settings = Required<ParseJsonTextOptions>;

class JsonParser {
  #at = 0;
  #values = 0;
  readonly #text: string;
  readonly #where: string;
  readonly #options: Settings;

  constructor(text: string, where: string, options: Settings) {
    this.#text = text;
    this.#where = where;
    this.#options = options;
  }

  parse(): unknown {
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#error("text after the value");
    return value;
  }

  #error(reason: string): Error {
    return cannotLoad(
      this.#where,
      `not valid JSON: ${reason} (character ${this.#at})`,
    );
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at++;
    }
  }

  /** Steps over one character if it is the next one after white space. */
  #accept(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #value(depth: number): unknown {
    if (depth > this.#options.maxDepth) throw this.#error("nested too deeply");
    if (++this.#values > this.#options.maxValues) {
      throw this.#error("too many values");
    }
    this.#skipSpace();
    switch (this.#text[this.#at]) {
      case undefined:
        throw this.#error("the text ends too early");
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#isWord() ? this.#word() : this.#number();
    }
  }

  #object(depth: number): JsonObject {
    this.#at++;
    const object: JsonObject = Object.create(null);
    if (this.#accept("}")) return object;
    do {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') throw this.#error("expected a key");
      const key = this.#string();
      if (key in object) throw this.#error(`the key ${quote(key)} twice`);
      if (!this.#accept(":")) throw this.#error("expected ':'");
      object[key] = this.#value(depth + 1);
    } while (this.#accept(","));
    if (!this.#accept("}")) throw this.#error("expected ',' or '}'");
    return object;
  }

  #array(depth: number): unknown[] {
    this.#at++;
    const array: unknown[] = [];
    if (this.#accept("]")) return array;
    do array.push(this.#value(depth + 1)); while (this.#accept(","));
    if (!this.#accept("]")) throw this.#error("expected ',' or ']'");
    return array;
  }

  #string(): string {
    const start = this.#at;
    let escaped = false;
    for (;;) {
      const code = this.#text.charCodeAt(++this.#at);
      if (code === 34) break;
      if (Number.isNaN(code)) throw this.#error("a string without end");
      if (code < 32) throw this.#error("a control character in a string");
      if (code === 92) {
        escaped = true;
        this.#at++;
      }
    }
    this.#at++;
    if (!escaped) return this.#text.slice(start + 1, this.#at - 1);
    try {
      return JSON.parse(this.#text.slice(start, this.#at));
    } catch {
      throw this.#error("a bad escape in a string");
    }
  }

  #isWord(): boolean {
    WORD.lastIndex = this.#at;
    return WORD.test(this.#text);
  }

  /** true, false, null and the non-finite numbers. */
  #word(): unknown {
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0] ?? "";
    const known = WORDS.has(word)
      ? WORDS
      : this.#options.nonFinite && NON_FINITE_WORDS.has(word)
      ? NON_FINITE_WORDS
      : undefined;
    if (known === undefined) throw this.#error(`the bare word ${quote(word)}`);
    this.#at += word.length;
    return known.get(word);
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    const digits = NUMBER.exec(this.#text)?.[0];
    if (digits === undefined) {
      throw this.#error(`unexpected ${quote(this.#text[this.#at] ?? "")}`);
    }
    if (this.#options.wholeNumbers && !/^[0-9]+$/.test(digits)) {
      throw this.#error(`${quote(digits)} is not a whole number`);
    }
    this.#at += digits.length;
    return Number(digits);
  }
}
