/**
 * What the library with a simulated GPU counts, for programs that have opened
 * it.
 *
 * @module
 */
import { openLibrary } from "../../../lib/native/library.ts";

/** What is counted, in the order of `SimulatorCounts`. */
const FIELDS = [
  "liveObjects",
  "unpooled",
  "commandBuffers",
  "dispatches",
  "blits",
  "unfinished",
  "findings",
  "bufferBytes",
] as const;

const { symbols } = Deno.dlopen(openLibrary().path, {
  simulator_counts: { parameters: ["buffer"], result: "void" },
  simulator_findings: { parameters: ["buffer", "u64"], result: "u64" },
});

/** Everything that it counts. */
export function counts(): Record<typeof FIELDS[number], number> {
  const values = new BigUint64Array(FIELDS.length);
  symbols.simulator_counts(values);
  const entries = FIELDS.map((field, i) => [field, Number(values[i])]);
  return Object.fromEntries(entries);
}

/** What was found wrong; empty if nothing was. */
export function found(): string {
  const text = new Uint8Array(1 << 16);
  symbols.simulator_findings(text, BigInt(text.length));
  return new TextDecoder().decode(text.subarray(0, text.indexOf(0)));
}
