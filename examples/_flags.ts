import { parseArgs } from "node:util";
import { MambaError } from "../lib/mod.ts";

/** What a flag can hold. A list is given by the flag several times. */
type Value = string | number | boolean | string[];

/** `"a" | "b"` is meant as any string. */
type Wide<V> = V extends string[] ? string[]
  : V extends string ? string
  : V extends number ? number
  : boolean;

/**
 * The flags of an example, from their defaults: a default's type is that of
 * its flag, and numbers are from 0 on. `--help` lists them.
 *
 * @throws {MambaError} `invalid_argument` for what is no flag or no number
 */
export function readFlags<F extends Record<string, Value>>(
  defaults: F,
  args: string[] = Deno.args,
): { [Name in keyof F]: Wide<F[Name]> } {
  if (args.includes("--help")) {
    console.log(describe(defaults));
    Deno.exit(0);
  }
  const options = Object.entries(defaults).map(([name, value]) => [name, {
    type: typeof value === "boolean" ? "boolean" as const : "string" as const,
    multiple: Array.isArray(value),
  }]);
  const values: Record<string, unknown> = { ...defaults };
  try {
    const given = parseArgs({ args, options: Object.fromEntries(options) });
    Object.assign(values, given.values);
  } catch (cause) {
    const { message } = cause as Error;
    throw new MambaError(
      "invalid_argument",
      `Cannot read the flags: ${message}`,
      { hint: "--help lists them.", cause },
    );
  }
  for (const [name, value] of Object.entries(defaults)) {
    if (typeof value !== "number") continue;
    values[name] = toNumber(name, values[name], Number.isInteger(value));
  }
  return values as { [Name in keyof F]: Wide<F[Name]> };
}

function toNumber(name: string, value: unknown, integer: boolean): number {
  const number = value === "" ? NaN : Number(value);
  const fits = integer ? Number.isSafeInteger(number) : Number.isFinite(number);
  if (fits && number >= 0) return number;
  const kind = integer ? "integer" : "number";
  throw new MambaError(
    "invalid_argument",
    `Cannot read --${name} ${value}: it is no ${kind} from 0 on`,
  );
}

/** Each flag with its default, as it would be given. */
function describe(defaults: Record<string, Value>): string {
  const given = (name: string, value: Value): string => {
    if (typeof value === "boolean") return `--${name}`;
    if (typeof value === "number") return `--${name} ${value}`;
    return [value].flat().map((text) => `--${name} ${JSON.stringify(text)}`)
      .join(" ");
  };
  return Object.entries(defaults).map((flag) => given(...flag)).join("\n");
}
