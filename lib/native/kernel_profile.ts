import { MambaError } from "../api/mamba_error.ts";
import { openLibrary } from "./library.ts";

/** What the dispatches of one kernel did, added up. */
export interface KernelProfile {
  kernel: string;
  dispatches: number;
  /** Dispatches that do not run beside those before them. */
  waits: number;
  threadgroups: number;
  threads: number;
  /** Different bytes of each dispatch: what memory must move at the least. */
  bytesRead: number;
  bytesWritten: number;
  /** Every access counted: what the caches serve. */
  bytesRequested: number;
  /** Accesses of all lanes; with the slots below, how many lanes have work. */
  laneAccesses: number;
  /** 32 times those of each SIMD-group's busiest lane. */
  laneSlots: number;
  /** Floating-point operations; a fused multiply-add is two. */
  flops: number;
  /** Barriers of threadgroups. */
  barriers: number;
  /** Threadgroup memory of the largest dispatch, in bytes. */
  threadgroupBytes: number;
}

const PROFILE_SYMBOLS = {
  simulator_is_checked: { parameters: [], result: "u32" },
  simulator_profile_start: { parameters: [], result: "void" },
  simulator_profile_stop: { parameters: [], result: "void" },
  simulator_profile_read: { parameters: ["buffer", "u64"], result: "u64" },
} as const;

type ProfileSymbols = Deno.DynamicLibrary<typeof PROFILE_SYMBOLS>["symbols"];

/**
 * What every kernel does while `body` runs: counted, so that the figures are
 * those of a real GPU as far as they do not depend on time.
 *
 * @throws {MambaError} `unsupported` where the GPU is not the simulator's,
 * checked one
 */
export async function profileKernels(
  body: () => Promise<unknown>,
): Promise<KernelProfile[]> {
  const symbols = openProfile();
  symbols.simulator_profile_start();
  try {
    await body();
  } finally {
    symbols.simulator_profile_stop();
  }
  const text = new Uint8Array(1 << 16);
  symbols.simulator_profile_read(text, BigInt(text.length));
  return JSON.parse(
    new TextDecoder().decode(text.subarray(0, text.indexOf(0))),
  );
}

/** Whether the library's GPU is the simulator's: its times mean nothing. */
export function gpuIsSimulated(): boolean {
  return findProfile() !== undefined;
}

function findProfile(): ProfileSymbols | undefined {
  const { path } = openLibrary();
  try {
    return Deno.dlopen(path, PROFILE_SYMBOLS).symbols;
  } catch {
    return undefined;
  }
}

function openProfile(): ProfileSymbols {
  const symbols = findProfile();
  if (symbols?.simulator_is_checked() === 1) return symbols;
  throw new MambaError(
    "unsupported",
    "Cannot profile kernels: this library has no simulated GPU that counts",
    {
      hint: "On Linux: MAMBA_LIBRARY=$(deno task simulator --checked) " +
        "deno task mamba bench --kernels",
    },
  );
}
