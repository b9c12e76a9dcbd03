import { openLibrary } from "./library.ts";
import { readJson } from "./read_json.ts";
import { callNative } from "./native_error.ts";
import { cString } from "./structs.ts";

/** What the dispatches of one kernel took, added up. */
export interface KernelTime {
  kernel: string;
  dispatches: number;
  /** By the GPU's own clock. */
  nanoseconds: number;
  /** Of the arrays that it reads and writes: what memory must move. */
  bytes: number;
}

/**
 * The time that every kernel of a GPU takes while `body` runs. Each dispatch
 * has a command buffer of its own: the whole takes longer than without this.
 * On a simulated GPU the times are those of the simulator.
 *
 * @param device its name: "metal"
 * @throws {MambaError} `unsupported` for a device that is no GPU
 */
export async function timeKernels(
  device: string,
  body: () => Promise<unknown>,
): Promise<KernelTime[]> {
  const { symbols } = openLibrary();
  callNative((error, capacity) =>
    symbols.mamba_profile_start(cString(device), error, capacity)
  );
  const end = () =>
    readJson((...rest) =>
      symbols.mamba_profile_read(cString(device), ...rest)
    ) as KernelTime[];
  try {
    await body();
  } catch (error) {
    end();
    throw error;
  }
  return end();
}
