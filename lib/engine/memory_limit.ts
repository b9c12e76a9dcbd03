import { totalmem } from "node:os";
import { invalidArgument, showValue } from "../api/invalid_argument.ts";
import { environment } from "../config.ts";

const NAME = "MAMBA_MODEL_MEMORY";
/** Of the machine's memory, where nothing else is said. */
const SHARE = 0.6;
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/**
 * What loaded models may take together before those that nobody uses are
 * unloaded, in bytes: `8GB`, `512 MiB`, `50%` of the machine's memory.
 *
 * @throws {MambaError} `invalid_argument`
 */
export function memoryLimit(
  text: string | undefined = environment(NAME),
): number {
  if (text === undefined) return Math.floor(SHARE * machineMemory());
  const [, digits, unit = ""] =
    /^\s*(\d+(?:\.\d+)?)\s*([a-z]*|%)\s*$/i.exec(text) ?? [];
  const each = unit === "%"
    ? machineMemory() / 100
    : UNITS[unit.toLowerCase()] ?? NaN;
  const bytes = Math.floor(Number(digits) * each);
  if (bytes > 0) return bytes;
  throw invalidArgument(
    NAME,
    `${showValue(text)} is no amount of memory`,
    "Give bytes, as in 8GB or 512MiB, or a share of the machine's, as in 50%.",
  );
}

/** Without the permission to ask there is no limit. */
function machineMemory(): number {
  try {
    return totalmem();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return Infinity;
    throw error;
  }
}
