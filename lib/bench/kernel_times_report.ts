import type { KernelTime } from "../native/kernel_times.ts";
import type { KernelTimesReport } from "./bench_kernel_times.ts";
import { decodedTokens } from "./kernels_report.ts";
import { table } from "./report.ts";

const HEAD = ["kernel", "dispatches", "µs", "share", "MB", "GB/s"];

/** What the kernels of a GPU took for a token, as Markdown. */
export function kernelTimesToMarkdown(
  reports: readonly KernelTimesReport[],
): string {
  return reports.map(describe).join("\n\n");
}

function describe(report: KernelTimesReport): string {
  const { kernels, millisecondsPerToken, bytesNeeded } = report;
  const total = kernels.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0);
  const slowestFirst = kernels.toSorted((a, b) =>
    b.nanoseconds - a.nanoseconds
  );
  return [
    `## ${report.model}, ${report.dtype}: ${decodedTokens(report.batch)}`,
    "",
    `Measured on ${report.device}, means of ${report.tokens} tokens. Each ` +
    "dispatch had a command buffer of its own and was timed by the GPU's " +
    "clock. MB are those of the arrays that a kernel reads and writes; what " +
    "lies in caches is moved faster than memory could.",
    "",
    ...table(HEAD, slowestFirst.map((kernel) => row(kernel, total))),
    "",
    `In all ${
      microseconds(total)
    } µs of kernels. Not timed one by one, a token takes ${
      microseconds(1e6 * millisecondsPerToken)
    } µs with all that lies between dispatches: ${
      (1000 * report.batch / millisecondsPerToken).toFixed(0)
    } tokens per second, ${
      (bytesNeeded / millisecondsPerToken / 1e6).toFixed(1)
    } GB/s of the weights once and the state twice.`,
  ].join("\n");
}

function row(kernel: KernelTime, total: number): string[] {
  const { nanoseconds, bytes } = kernel;
  const known = nanoseconds > 0;
  return [
    kernel.kernel,
    kernel.dispatches.toFixed(0),
    microseconds(nanoseconds),
    known ? `${(100 * nanoseconds / total).toFixed(1)} %` : "",
    (bytes / 1e6).toFixed(2),
    known ? (bytes / nanoseconds).toFixed(1) : "",
  ];
}

function microseconds(nanoseconds: number): string {
  return (nanoseconds / 1e3).toFixed(1);
}
