import type { KernelProfile } from "../native/kernel_profile.ts";
import type { KernelReport } from "./bench_kernels.ts";
import { CHIPS, DISPATCH_SECONDS } from "./kernel_costs.ts";
import { table } from "./report.ts";

const HEAD = [
  "kernel",
  "dispatches",
  "waits",
  "threadgroups",
  "threads",
  "read MB",
  "written MB",
  "MFLOP",
  "lanes",
  "barriers",
  "threadgroup memory",
];

/** What kernels do for a token, as Markdown. */
export function kernelsToMarkdown(reports: readonly KernelReport[]): string {
  return reports.map(describe).join("\n\n");
}

/** What a report is about, in words. */
export function decodedTokens(batch: number): string {
  return batch === 1
    ? "one decoded token"
    : `a decoded token of each of ${batch} sequences`;
}

function describe(report: KernelReport): string {
  const { total, bytesNeeded } = report;
  return [
    `## ${report.model}, ${report.dtype}: ${decodedTokens(report.batch)}`,
    "",
    "Counted on the simulated GPU, with one and two layers of the real width; " +
    "the others are composed from them. Bytes are the different ones of each " +
    "dispatch, lanes the share of those that have work where memory is " +
    "accessed.",
    "",
    ...table(HEAD, report.kernels.map(row)),
    "",
    `In all ${total.dispatches} dispatches, ${megabytes(total.bytes)} MB: ` +
    `${
      (total.bytes / bytesNeeded).toFixed(3)
    } times the weights once and the ` +
    "state twice.",
    "",
    "Bounds in tokens per second, by arithmetic, not measured: nominal " +
    "bandwidth or arithmetic, and " +
    `${DISPATCH_SECONDS * 1e6} µs for each dispatch. Of others only the ` +
    "dispatches differ, as their sources have them; what they move beyond " +
    "this is left out in their favour.",
    "",
    ...table(
      ["", "dispatches", ...CHIPS.map(({ name }) => name)],
      report.rooflines.map(({ by, dispatches, rates }) => [
        by,
        String(dispatches),
        ...rates.map((rate) => rate.toFixed(0)),
      ]),
    ),
  ].join("\n");
}

function row(kernel: KernelProfile): string[] {
  const { laneAccesses, laneSlots } = kernel;
  return [
    kernel.kernel,
    String(kernel.dispatches),
    String(kernel.waits),
    String(kernel.threadgroups),
    String(kernel.threads),
    megabytes(kernel.bytesRead),
    megabytes(kernel.bytesWritten),
    (kernel.flops / 1e6).toFixed(2),
    laneSlots === 0 ? "" : `${(100 * laneAccesses / laneSlots).toFixed(1)} %`,
    String(kernel.barriers),
    `${kernel.threadgroupBytes} B`,
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(2);
}
