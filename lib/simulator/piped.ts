import type { Captured } from "../tasks/process.ts";
import { ROOT } from "../tasks/project.ts";
import { TaskError } from "../tasks/task_error.ts";

/**
 * Runs a tool of LLVM in the root of the checkout with a text as its standard
 * input, and returns what it printed.
 *
 * @throws {TaskError} if the tool is not installed
 */
export async function piped(
  program: string,
  args: string[],
  input: string,
): Promise<Captured> {
  const child = startTool(program, args);
  const writer = child.stdin.getWriter();
  const write = async () => {
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  };
  // A tool that has refused the beginning may not read to the end.
  const [{ code, stdout, stderr }] = await Promise.all([
    child.output(),
    write().catch(() => {}),
  ]);
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

function startTool(program: string, args: string[]): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args,
      cwd: ROOT,
      // Findings are read from the messages: not in another language.
      env: { LC_ALL: "C" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new TaskError(
      `Cannot find ${program}: the Metal simulator is built and checked with it.`,
      "On Debian: apt install clang-19 clang-tidy-19 lld-19 llvm-19 libc++-19-dev",
    );
  }
}
