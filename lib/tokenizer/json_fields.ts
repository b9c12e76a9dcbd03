import { cannotLoad } from "../api/load_error.ts";
import { cannotSupport, show } from "./tokenizer_error.ts";

/** An object out of a file. */
export type JsonObject = { [key: string]: unknown };

/** Whether a value is an object and neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads the fields of an object that a stranger wrote. What it inherits (there
 * is a `constructor` in every object) is not there.
 */
export class JsonFields {
  readonly #object: JsonObject;
  /** The path of the file and the way to the object, for messages. */
  readonly #path: string;
  readonly #where: string;

  /** @throws {MambaError} `invalid_checkpoint` if the value is not an object */
  constructor(value: unknown, path: string, where: string) {
    if (!isJsonObject(value)) {
      throw cannotLoad(
        path,
        `${where || "the file"} is not an object: ${show(value)}`,
      );
    }
    this.#object = value;
    this.#path = path;
    this.#where = where;
  }

  /** A field as it is; undefined if it is absent or null. */
  get(name: string): unknown {
    return Object.hasOwn(this.#object, name)
      ? this.#object[name] ?? undefined
      : undefined;
  }

  /** The name of a field from the file's root. */
  name(field: string): string {
    return this.#where === "" ? field : `${this.#where}.${field}`;
  }

  string(name: string): string | undefined {
    return this.#typed(name, "string") as string | undefined;
  }

  boolean(name: string, absent: boolean): boolean {
    return (this.#typed(name, "boolean") as boolean | undefined) ?? absent;
  }

  array(name: string): unknown[] {
    const value = this.get(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.#wrong(name, "an array", value);
    return value;
  }

  object(name: string): JsonFields | undefined {
    const value = this.get(name);
    return value === undefined
      ? undefined
      : new JsonFields(value, this.#path, this.name(name));
  }

  /** Names and values of all fields. */
  entries(): [string, unknown][] {
    return Object.entries(this.#object);
  }

  /** Refuses a field that has another value than absent, null, "" or false. */
  refuse(name: string): void {
    const value = this.get(name);
    if (value === undefined || value === "" || value === false) return;
    throw cannotSupport(this.#path, `${this.name(name)} ${show(value)}`);
  }

  #typed(name: string, type: "string" | "boolean"): unknown {
    const value = this.get(name);
    if (value === undefined || typeof value === type) return value;
    throw this.#wrong(name, `a ${type}`, value);
  }

  #wrong(name: string, type: string, value: unknown): Error {
    return cannotLoad(
      this.#path,
      `${this.name(name)} is not ${type}: ${show(value)}`,
    );
  }
}
