import { parseJsonText } from "./json_text.ts";
import { cannotLoad } from "../api/load_error.ts";

/** A configuration is a few hundred bytes; this is where suspicion begins. */
const MAX_CHARACTERS = 1 << 20;

/** Keys that Python reads as float: `1` would be written as `1.0`. */
const FLOAT_KEYS = new Set([
  "dt_limit",
  "initializer_range",
  "layer_norm_epsilon",
  "time_step_floor",
  "time_step_limit",
  "time_step_max",
  "time_step_min",
  "time_step_scale",
]);

/**
 * Parses the text of a `config.json`: JSON in which Python's bare `Infinity`,
 * `-Infinity` and `NaN` are numbers too.
 *
 * @param where The file's path, for messages.
 * @throws {MambaError} `invalid_checkpoint` if it is anything else.
 */
export function parseConfigText(text: string, where: string): unknown {
  if (text.length > MAX_CHARACTERS) {
    throw cannotLoad(where, `${text.length} characters are no configuration`);
  }
  return parseJsonText(text, where, { nonFinite: true });
}

/** Writes a configuration as Python's `json.dump` does, `Infinity` included. */
export function formatConfigText(config: Record<string, unknown>): string {
  return formatValue(config, "", "") + "\n";
}

function formatValue(value: unknown, key: string, indent: string): string {
  if (typeof value === "number") return formatNumber(value, key);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = indent + "  ";
  const parts = Array.isArray(value)
    ? value.map((item) => formatValue(item, key, inner))
    : Object.entries(value).map(([name, item]) =>
      `${JSON.stringify(name)}: ${formatValue(item, name, inner)}`
    );
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return open + close;
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
}

function formatNumber(value: number, key: string): string {
  return FLOAT_KEYS.has(key) && Number.isInteger(value)
    ? value.toFixed(1)
    : String(value);
}
