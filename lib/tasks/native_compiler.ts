import { delimiter, join } from "node:path";
import { capture } from "./process.ts";
import { TaskError } from "./task_error.ts";

/** A C++ compiler on this machine. */
export interface Compiler {
  /** The program and arguments that always go first. */
  command: string[];
  /** Changes when the compiler does; found without running it. */
  id: string;
}

/** Options of {@linkcode findCompiler}. */
export interface CompilerOptions {
  /** The command that was asked for. Default: the variable `CXX`. */
  asked?: string | undefined;
  /** A GNU triple to build for; its cross compiler is looked for then. */
  target?: string | undefined;
  /** Where programs are looked for. Default: the variable `PATH`. */
  path?: string;
}

/** The C++ compiler to use, or undefined if there is none. */
export function findCompiler(
  options: CompilerOptions = {},
): Compiler | undefined {
  const asked = "asked" in options ? options.asked : Deno.env.get("CXX");
  const path = options.path ?? Deno.env.get("PATH") ?? "";
  const { target } = options;
  const own = target === undefined
    ? ["c++", "clang++", "g++"]
    : [`${target}-g++`];
  for (const candidate of asked ? [asked] : own) {
    const command = candidate.split(/\s+/).filter((word) => word !== "");
    const id = fingerprint(command[0] ?? "", path);
    if (id !== undefined) return { command, id: `${command.join(" ")} ${id}` };
  }
  return undefined;
}

/** What to tell somebody who has no compiler. */
export function missingCompiler(
  options: CompilerOptions & { os?: typeof Deno.build.os } = {},
): TaskError {
  const asked = "asked" in options ? options.asked : Deno.env.get("CXX");
  if (asked) {
    return new TaskError(
      `Cannot build the native library: CXX names "${asked}", which is not there.`,
      "Correct CXX, or unset it to use the system's compiler.",
    );
  }
  if (options.target !== undefined) {
    return new TaskError(
      `Cannot build the native library: there is no ${options.target}-g++.`,
      `Install the cross compiler (Debian: apt install g++-${options.target}).`,
    );
  }
  const mac = (options.os ?? Deno.build.os) === "darwin";
  return new TaskError(
    "Cannot build the native library: there is no C++ compiler.",
    mac
      ? "Install Apple's with `xcode-select --install`, then try again."
      : "Install g++ or clang (Debian, Ubuntu: `sudo apt install g++`; Fedora: `sudo dnf install gcc-c++`), then try again.",
  );
}

/** The machine that a compiler builds for, such as `x86_64-linux-gnu`. */
export async function machineOf(compiler: Compiler): Promise<string> {
  const { code, stdout } = await ask(compiler, ["-dumpmachine"]);
  // On a Mac without the Command Line Tools there is a c++ that only says so.
  if (code !== 0) throw missingCompiler();
  return stdout.trim();
}

/** Whether the compiler has the C++ runtime as an archive, to link it in. */
export async function hasStaticRuntime(compiler: Compiler): Promise<boolean> {
  const { code, stdout } = await ask(compiler, [
    "-print-file-name=libstdc++.a",
  ]);
  return code === 0 && stdout.startsWith("/");
}

function ask(compiler: Compiler, args: string[]) {
  const [program = "", ...first] = compiler.command;
  return capture(program, [...first, ...args]);
}

/** Place, size and time of the program that a name stands for. */
function fingerprint(name: string, path: string): string | undefined {
  const places = name.includes("/")
    ? [name]
    : path.split(delimiter).filter(Boolean).map((place) => join(place, name));
  for (const place of places) {
    try {
      const real = Deno.realPathSync(place);
      const { isFile, size, mtime } = Deno.statSync(real);
      if (isFile) return `${real} ${size} ${mtime?.getTime()}`;
    } catch {
      // Not here.
    }
  }
  return undefined;
}
