/**
 * What the tests of this folder need of a machine: Linux, and LLVM's tools.
 *
 * @module
 */
import { delimiter } from "node:path";
import { existsSync } from "node:fs";
import { SIMULATOR_COMPILER } from "../../lib/simulator/kernel_flags.ts";

const ON_CI = Deno.env.get("CI") === "true";

/** Whether a test is left out, and what its name then says. */
export interface LeftOut {
  ignore: boolean;
  /** Empty if it runs. */
  why: string;
}

/**
 * Whether tests that run programs are left out here. On CI a program that is
 * missing is a failure, but what is for Linux stays out on others.
 *
 * @param programs names, or paths of other files that are needed
 */
export function leftOutWithout(...programs: string[]): LeftOut {
  const missing = ON_CI ? [] : programs.filter((name) => !isThere(name));
  const reason = Deno.build.os !== "linux"
    ? "for Linux"
    : missing.length > 0
    ? `no ${missing.join(", ")} here`
    : undefined;
  return {
    ignore: reason !== undefined,
    why: reason === undefined ? "" : ` (left out: ${reason})`,
  };
}

/** Whether what is built with the simulator is left out. */
export const SIMULATED = leftOutWithout(SIMULATOR_COMPILER);

/** A test that needs the simulator or its compiler. */
export function test(
  name: string,
  fn: (t: Deno.TestContext) => void | Promise<void>,
) {
  Deno.test({ name: name + SIMULATED.why, ignore: SIMULATED.ignore, fn });
}

function isThere(program: string): boolean {
  if (program.startsWith("/")) return existsSync(program);
  return (Deno.env.get("PATH") ?? "").split(delimiter)
    .some((folder) => existsSync(`${folder}/${program}`));
}
