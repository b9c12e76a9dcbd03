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

/** One kernel's part of a profile: sums over its dispatches. */
export interface KernelProfile {
  kernel: string;
  dispatches: number;
  /** Different bytes of each dispatch; only a checked build counts them. */
  bytesRead: number;
  bytesWritten: number;
}

const { symbols } = Deno.dlopen(openLibrary().path, {
  simulator_counts: { parameters: ["buffer"], result: "void" },
  simulator_findings: { parameters: ["buffer", "u64"], result: "u64" },
  simulator_profile_start: { parameters: [], result: "void" },
  simulator_profile_stop: { parameters: [], result: "void" },
  simulator_profile_read: { parameters: ["buffer", "u64"], result: "u64" },
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
  return readText((text, size) => symbols.simulator_findings(text, size));
}

/** What the kernels do while `body` runs. */
export async function profile(
  body: () => Promise<unknown>,
): Promise<KernelProfile[]> {
  symbols.simulator_profile_start();
  try {
    await body();
  } finally {
    symbols.simulator_profile_stop();
  }
  return JSON.parse(
    readText((text, size) => symbols.simulator_profile_read(text, size)),
  );
}

function readText(
  read: (text: Uint8Array<ArrayBuffer>, size: bigint) => bigint,
): string {
  const text = new Uint8Array(1 << 16);
  read(text, BigInt(text.length));
  return new TextDecoder().decode(text.subarray(0, text.indexOf(0)));
}
