import type { Finding } from "./finding.ts";
import { type KernelFile, readKernelFile } from "./kernel_file.ts";
import {
  expandKernel,
  type KernelSource,
  type ReadText,
} from "./kernel_source.ts";
import { checkRules } from "./lint_rules.ts";
import { preprocess } from "./preprocess.ts";

/** A kernel file, read and compared with the rules that need no compiler. */
export interface LintedKernel {
  source: KernelSource;
  file: KernelFile;
  findings: Finding[];
}

/** Reads a kernel file and finds what the pre-pass and the lint refuse. */
export async function lintKernel(
  path: string,
  read?: ReadText,
): Promise<LintedKernel> {
  const source = await expandKernel(path, read);
  const { text, findings } = await preprocess(source);
  const file = readKernelFile(text);
  return {
    source,
    file,
    findings: [...findings, ...file.findings, ...checkRules(file)],
  };
}
