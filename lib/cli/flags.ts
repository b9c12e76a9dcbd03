import { parseArgs } from "node:util";
import { didYouMean } from "./did_you_mean.ts";
import { UsageError } from "./usage_error.ts";

/** A flag of a verb: what it takes and what help says of it. */
export interface Flag {
  /** `boolean` takes no value; `--no-NAME` switches it off. */
  type: "boolean" | "integer" | "number" | "string" | "choice";
  /** One line for the help text. */
  description: string;
  /** What help shows for the value, e.g. `n`. @default by type */
  placeholder?: string;
  /** The words of a choice. */
  choices?: readonly string[];
  /** The smallest number allowed. */
  min?: number;
  /** The greatest number allowed. */
  max?: number;
  /** The numbers `min` and `max` themselves are not allowed. */
  minExclusive?: boolean;
  /** May be given several times; the value is a list. */
  multiple?: true;
  /** What holds without the flag, as help shows it. */
  default?: string;
}

/** Name without dashes → flag. */
export type Flags = Readonly<Record<string, Flag>>;

type Single<F extends Flag> = F["type"] extends "boolean" ? boolean
  : F["type"] extends "integer" | "number" ? number
  : string;

/** The values that were given, typed by the table. */
export type FlagValues<F extends Flags> = {
  [Name in keyof F]?: F[Name] extends { multiple: true } ? Single<F[Name]>[]
    : Single<F[Name]>;
};

/** A parsed command line. */
export interface ParsedArguments<F extends Flags> {
  flags: FlagValues<F>;
  positionals: string[];
}

/**
 * Reads a command line by a table of flags. A flag may stand anywhere, as
 * `--name value` or `--name=value`; after `--` everything is positional, and
 * so is a single `-`.
 *
 * @throws {UsageError} for an unknown flag (with the nearest known one), a
 * missing value, a value of the wrong type or out of range
 */
export function parseFlags<F extends Flags>(
  args: readonly string[],
  table: F,
): ParsedArguments<F> {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(table).map(([name, flag]) => [name, {
        type: flag.type === "boolean" ? "boolean" as const : "string" as const,
      }]),
    ),
  });
  const flags: Record<string, unknown> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, value } = readOption(token, table);
    const flag = table[name]!;
    if (flag.multiple) {
      flags[name] = [...(flags[name] as unknown[] ?? []), value];
    } else flags[name] = value;
  }
  return { flags: flags as FlagValues<F>, positionals };
}

interface OptionToken {
  name: string;
  rawName: string;
  value: string | undefined;
  inlineValue: boolean | undefined;
}

function readOption(
  token: OptionToken,
  table: Flags,
): { name: string; value: unknown } {
  const { name, rawName, value } = token;
  const flag = Object.hasOwn(table, name) ? table[name] : undefined;
  if (flag === undefined) {
    const negated = name.startsWith("no-") ? name.slice(3) : undefined;
    if (
      negated !== undefined && value === undefined &&
      Object.hasOwn(table, negated) && table[negated]!.type === "boolean"
    ) return { name: negated, value: false };
    throw unknownFlag(rawName, name, table);
  }
  if (flag.type === "boolean") {
    if (value !== undefined) {
      throw new UsageError(
        `Cannot read ${rawName}=${value}: it takes no value`,
      );
    }
    return { name, value: true };
  }
  // A following flag is not the value, unless written as --name=--value.
  if (value === undefined || (!token.inlineValue && value.startsWith("--"))) {
    throw new UsageError(`Cannot read ${rawName}: its value is missing`);
  }
  return { name, value: readValue(rawName, value, flag) };
}

function readValue(rawName: string, text: string, flag: Flag): unknown {
  if (flag.type === "string") return text;
  if (flag.type === "choice") {
    const choices = flag.choices ?? [];
    if (choices.includes(text)) return text;
    const near = didYouMean(text, choices);
    throw new UsageError(
      `Cannot read ${rawName} ${text}: it is one of ${choices.join(", ")}`,
      near && `Did you mean ${near}?`,
    );
  }
  const value = text.trim() === "" ? NaN : Number(text);
  const fits = Number.isFinite(value) &&
    (flag.type === "number" || Number.isSafeInteger(value)) &&
    value >= (flag.min ?? -Infinity) && value <= (flag.max ?? Infinity) &&
    !(flag.minExclusive && value === flag.min);
  if (!fits) {
    throw new UsageError(
      `Cannot read ${rawName} ${text}: it takes ${describeRange(flag)}`,
    );
  }
  return value;
}

/** The values of a numeric flag in words: "a number from 0 to 2". */
export function describeRange(flag: Flag): string {
  const kind = flag.type === "integer" ? "an integer" : "a number";
  const { min, max } = flag;
  const least = flag.minExclusive ? "above" : "from";
  if (min !== undefined && max !== undefined) {
    return `${kind} ${least} ${min} ${flag.minExclusive ? "up " : ""}to ${max}`;
  }
  if (min !== undefined) {
    return `${kind} ${flag.minExclusive ? "above" : "of at least"} ${min}`;
  }
  return max === undefined ? kind : `${kind} of at most ${max}`;
}

function unknownFlag(rawName: string, name: string, table: Flags): UsageError {
  const near = didYouMean(name, Object.keys(table));
  return new UsageError(
    `Cannot read ${rawName}: there is no such flag`,
    near === undefined ? undefined : `Did you mean --${near}?`,
  );
}
