import { type Compiler, findCompiler } from "../tasks/native_compiler.ts";
import { TaskError } from "../tasks/task_error.ts";
import { SIMULATOR_COMPILER } from "./kernel_flags.ts";

/**
 * The compiler of everything that belongs to the simulator.
 *
 * @param path where programs are looked for. Default: the variable `PATH`
 * @throws {TaskError} if it is not there
 */
export function simulatorCompiler(path?: string): Compiler {
  const asked = SIMULATOR_COMPILER;
  const compiler = findCompiler({
    asked,
    ...path === undefined ? {} : { path },
  });
  if (compiler !== undefined) return compiler;
  throw new TaskError(
    `Cannot build the Metal simulator: there is no ${asked}.`,
    "Install clang 19 (Debian, Ubuntu: `sudo apt install clang-19 clang-tidy-19 lld-19 llvm-19 libc++-19-dev`).",
  );
}
