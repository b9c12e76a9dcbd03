import { MambaError } from "../lib/mod.ts";

/**
 * Settings with others put over them: each argument is the path of a `.json`
 * file with some of the settings, or one of them as `training.lr=3e-4` (a list
 * with commas).
 *
 * @throws {MambaError} `invalid_argument` for a setting that is not there, or
 * whose value is of another type; `not_found`
 */
export async function readSettings<T extends object>(
  defaults: T,
  args: readonly string[],
): Promise<T> {
  const settings = structuredClone(defaults);
  for (const arg of args) {
    const [path = "", ...value] = arg.split("=");
    if (value.length > 0) {
      put(settings, path.split("."), value.join("="));
    } else {
      for (const [name, value] of Object.entries(await readJson(path))) {
        put(settings, [name], value);
      }
    }
  }
  return settings;
}

async function readJson(path: string): Promise<object> {
  try {
    return Object(JSON.parse(await Deno.readTextFile(path)));
  } catch (cause) {
    const missing = cause instanceof Deno.errors.NotFound;
    throw new MambaError(
      missing ? "not_found" : "invalid_argument",
      `Cannot read ${path}: ${missing ? "there is no such file" : cause}`,
      { hint: "Give a .json file, or a setting as training.lr=3e-4.", cause },
    );
  }
}

/** Puts a value where a path leads; of an object, each of its values. */
function put(settings: object, path: readonly string[], value: unknown): void {
  let parent = settings as Record<string, unknown>;
  for (const name of path.slice(0, -1)) {
    parent = Object(own(parent, name));
  }
  const name = path.at(-1)!;
  const present = own(parent, name);
  if (present === undefined) {
    throw new MambaError(
      "invalid_argument",
      `Cannot set ${path.join(".")}: there is no such setting`,
      { hint: `There are ${Object.keys(parent).join(", ")}.` },
    );
  }
  if (isTable(present) && isTable(value)) {
    for (const [inner, each] of Object.entries(value)) {
      put(settings, [...path, inner], each);
    }
    return;
  }
  parent[name] = convert(value, present, path);
}

/** A value as the one that is there now: a number, a text or a list. */
function convert(value: unknown, present: unknown, path: readonly string[]) {
  if (Array.isArray(present)) {
    return typeof value === "string"
      ? value.split(",")
      : [value].flat().map(String);
  }
  if (typeof present === "number" && typeof value !== "object") {
    const number = value === "" ? NaN : Number(value);
    if (Number.isFinite(number)) return number;
  }
  if (typeof present === "string" && typeof value === "string") return value;
  throw new MambaError(
    "invalid_argument",
    `Cannot set ${path.join(".")} to ${JSON.stringify(value)}`,
    { hint: `It is a setting like ${JSON.stringify(present)}.` },
  );
}

function own(table: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function isTable(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
