import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { inParallel } from "../tasks/parallel.ts";
import { inProject } from "../tasks/project.ts";
import { type Finding, inOrder } from "./finding.ts";
import { lintKernel } from "./lint.ts";
import { strictPass } from "./strict.ts";

/** The folder of the Metal backend's kernels. */
const KERNELS = inProject("metal", "backend", "metal", "kernels");

/** The paths of all kernel files of the Metal backend, in order. */
export async function kernelFiles(): Promise<string[]> {
  const names = await readdir(KERNELS);
  return names.filter((name) => name.endsWith(".metal")).sort()
    .map((name) => join(KERNELS, name));
}

/**
 * Holds kernel files against the rules of Metal 2.4, as far as they can be
 * known without Apple's compiler: the lint, then the strict pass. Empty if all
 * are right.
 */
export async function checkKernels(paths: string[]): Promise<Finding[]> {
  const found: Finding[] = [];
  await inParallel(paths, async (path) => {
    const { file, findings } = await lintKernel(path);
    // What is not understood cannot be given to a compiler.
    if (findings.length === 0) findings.push(...await strictPass(file));
    found.push(...findings);
  });
  return inOrder(found);
}
