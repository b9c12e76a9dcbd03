import type { DtypeName } from "../api/device_info.ts";
import { benchKernelTimes } from "../bench/bench_kernel_times.ts";
import { benchKernels } from "../bench/bench_kernels.ts";
import { kernelTimesToMarkdown } from "../bench/kernel_times_report.ts";
import { kernelsToMarkdown } from "../bench/kernels_report.ts";
import { listDevices } from "../native/device.ts";
import { gpuIsSimulated } from "../native/kernel_profile.ts";
import { toJson } from "./format.ts";
import { INTERRUPTED, type Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";

/** The flags of `bench` that matter for `--kernels`. */
export interface KernelFlags {
  dtype?: string | undefined;
  batch?: number | undefined;
  tokens?: number | undefined;
  json?: boolean | undefined;
  model?: string[] | undefined;
  terminal: Terminal;
}

/**
 * `bench --kernels`: times on a real GPU, counts on the simulated one.
 *
 * @param shapes their names
 * @returns the exit code
 */
export async function benchKernelsOf(
  shapes: readonly string[],
  flags: KernelFlags,
): Promise<number> {
  const { terminal } = flags;
  if (flags.model !== undefined) {
    throw new UsageError(
      "Cannot measure the kernels of a --model",
      "Give a --shape: what kernels do depends on it alone.",
    );
  }
  using interrupt = terminal.catchInterrupt();
  const options = {
    dtype: (flags.dtype ?? "f32") as DtypeName,
    batch: flags.batch ?? 1,
    tokens: flags.tokens ?? 128,
    onProgress: (text: string) => terminal.progress(text),
    signal: interrupt.signal,
  };
  // Without any GPU, counting says what is missing and how to get it.
  const hasGpu = listDevices().some((device) =>
    device.name === "metal" && device.available
  );
  const measure = hasGpu && !gpuIsSimulated()
    ? reporter(benchKernelTimes, kernelTimesToMarkdown)
    : reporter(benchKernels, kernelsToMarkdown);
  try {
    await terminal.write(await measure(shapes, options, flags.json ?? false));
    return 0;
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    terminal.note("interrupted");
    return INTERRUPTED;
  }
}

/** Measures shape after shape, and gives the reports as text. */
function reporter<Options, Report>(
  bench: (shape: string, options: Options) => Promise<Report>,
  toMarkdown: (reports: readonly Report[]) => string,
) {
  return async (
    shapes: readonly string[],
    options: Options,
    json: boolean,
  ): Promise<string> => {
    const reports: Report[] = [];
    for (const shape of shapes) reports.push(await bench(shape, options));
    return json ? toJson(reports) : toMarkdown(reports);
  };
}
