import { MambaError } from "../api/mamba_error.ts";
import { quote } from "./checkpoint_error.ts";
import { isJsonObject } from "./json_text.ts";

const FIX_HINT = "Correct the configuration.";

/** The range and default of a number in a configuration. */
export interface NumberRange {
  /** The value of an absent key; without it the key must be there. */
  default?: number;
  /** Smallest value allowed. */
  min: number;
  /** Largest value allowed. */
  max: number;
}

/**
 * Takes typed values out of a parsed configuration, one key at a time, and
 * says precisely what is wrong with a value. Only own keys are seen.
 */
export class ConfigReader {
  readonly #values: Map<string, unknown>;
  readonly #where: string | undefined;
  readonly #prefix: string;

  /**
   * @param where The file's path; undefined for a configuration of the caller.
   * @param prefix What goes before a key in messages, as `ssm_cfg.`.
   */
  constructor(
    values: Iterable<[string, unknown]>,
    where: string | undefined,
    prefix = "",
  ) {
    this.#values = new Map(values);
    this.#where = where;
    this.#prefix = prefix;
  }

  /** The keys that are there, undefined values left out. */
  keys(): string[] {
    return [...this.#values.keys()].filter((key) => this.has(key));
  }

  /** Whether the key is there. */
  has(key: string): boolean {
    return this.#values.get(key) !== undefined;
  }

  /** The value as it is. */
  get(key: string): unknown {
    return this.#values.get(key);
  }

  /** Adds or replaces a value. */
  set(key: string, value: unknown): void {
    this.#values.set(key, value);
  }

  /** The error that a key is wrong. */
  wrong(key: string, reason: string): MambaError {
    const field = this.#prefix + key;
    const options = { hint: FIX_HINT, field };
    return this.#where === undefined
      ? new MambaError(
        "invalid_argument",
        `Cannot use the configuration: ${field} ${reason}`,
        options,
      )
      : new MambaError(
        "invalid_checkpoint",
        `Cannot load ${this.#where}: ${field} ${reason}`,
        options,
      );
  }

  /** The error that a key asks for something that is not implemented here. */
  unsupported(key: string, reason: string): MambaError {
    const verb = this.#where === undefined
      ? "use the configuration"
      : `load ${this.#where}`;
    return new MambaError(
      "unsupported",
      `Cannot ${verb}: ${this.#prefix}${key} ${reason}`,
      {
        hint: "Only plain Mamba 1 and Mamba 2 models are implemented.",
        field: this.#prefix + key,
      },
    );
  }

  /** A whole number in the range. */
  integer(key: string, { default: absent, min, max }: NumberRange): number {
    const value = this.has(key) ? this.get(key) : absent;
    if (value === undefined) throw this.wrong(key, "is missing");
    if (
      typeof value !== "number" || !Number.isInteger(value) ||
      value < min || value > max
    ) {
      throw this.wrong(
        key,
        `must be a whole number from ${min} to ${max}, not ${show(value)}`,
      );
    }
    return value;
  }

  /** A finite number in the range. */
  number(key: string, { default: absent, min, max }: NumberRange): number {
    const value = this.has(key) ? this.get(key) : absent;
    if (value === undefined) throw this.wrong(key, "is missing");
    if (typeof value !== "number" || !(value >= min && value <= max)) {
      throw this.wrong(
        key,
        `must be a number from ${min} to ${max}, not ${show(value)}`,
      );
    }
    return value;
  }

  /** true or false. */
  boolean(key: string, absent: boolean): boolean {
    const value = this.has(key) ? this.get(key) : absent;
    if (typeof value !== "boolean") {
      throw this.wrong(key, `must be true or false, not ${show(value)}`);
    }
    return value;
  }

  /** A string. */
  string(key: string, absent?: string): string {
    const value = this.has(key) ? this.get(key) : absent;
    if (value === undefined) throw this.wrong(key, "is missing");
    if (typeof value !== "string") {
      throw this.wrong(key, `must be a string, not ${show(value)}`);
    }
    return value;
  }

  /** A token's id: absent or null is none, of several the first counts. */
  tokenId(key: string): number | undefined {
    const value = this.get(key);
    const first = Array.isArray(value) ? value[0] : value;
    if (first === undefined || first === null) return undefined;
    if (typeof first !== "number" || !Number.isInteger(first) || first < 0) {
      throw this.wrong(key, `must be a token's id, not ${show(first)}`);
    }
    return first;
  }

  /** Two numbers, low ≤ high, either infinite if need be; absent: 0 to ∞. */
  limit(key: string): [number, number] {
    const value = this.get(key);
    if (value === undefined || value === null) return [0, Infinity];
    const [low, high] = Array.isArray(value) && value.length === 2
      ? value.map(readFloat)
      : [];
    if (
      low === undefined || high === undefined || !(0 <= low && low <= high)
    ) {
      throw this.wrong(
        key,
        `must be two numbers [low, high] from 0 on, not ${show(value)}`,
      );
    }
    return [low, high];
  }
}

/** Newer transformers write `{"__float__": "Infinity"}` for the bare word. */
function readFloat(value: unknown): number | undefined {
  if (isJsonObject(value)) {
    return value["__float__"] === "Infinity" ? Infinity : undefined;
  }
  return typeof value === "number" && !Number.isNaN(value) ? value : undefined;
}

/** A value as text for a message, short. */
export function show(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}
