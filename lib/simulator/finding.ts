import { TaskError } from "../tasks/task_error.ts";

/** A place in a kernel file or in a header that it includes. */
export interface Place {
  /** The path from the root of the checkout. */
  file: string;
  /** Counted from 1. */
  line: number;
}

/** Something that is wrong with a kernel file, or that is not understood. */
export interface Finding extends Place {
  /** What is wrong, in one line. */
  text: string;
}

/** The finding as compilers print theirs: `file:line: text`. */
export function describeFinding({ file, line, text }: Finding): string {
  return `${file}:${line}: ${text}`;
}

/** The error that refuses a kernel file for what was found in it. */
export function refuseKernel(
  path: string,
  findings: readonly Finding[],
): TaskError {
  const lines = findings.slice(0, 20).map(describeFinding).join("\n");
  return new TaskError(
    `Cannot translate ${path}: it breaks rules of Metal or of the simulator.\n${lines}`,
    "Write it as the other files of metal/backend/metal/kernels are written.",
  );
}

/** The findings, those of one place and text once, in the order of places. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const known = new Map(findings.map((one) => [describeFinding(one), one]));
  return [...known.values()].sort((a, b) =>
    a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1
  );
}
