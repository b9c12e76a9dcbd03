import type { Finding } from "./finding.ts";
import type { KernelFile } from "./kernel_file.ts";
import { findingsOf } from "./messages.ts";
import { piped } from "./piped.ts";
import { isLibrary, strictRules } from "./strict_rules.ts";
import { strictSource } from "./strict_source.ts";
import { readSyntaxTree } from "./syntax_tree.ts";

/** The compiler of the strict pass; it takes what `clang++` does not. */
const COMPILER = "clang-19";

const FLAGS = [
  "-xclcpp",
  "-cl-std=clc++2021",
  "-cl-no-stdinc",
  "-cl-single-precision-constant",
  "-Xclang",
  "-cl-ext=-__opencl_c_pipes,-__opencl_c_device_enqueue",
  "-Imetal/simulator/strict",
  "-fsyntax-only",
  "-fno-color-diagnostics",
  "-ferror-limit=0",
  "-Wno-unused",
  "-Wno-unknown-pragmas",
  // Metal 2.4 is based on C++14.
  "-Werror=pre-c++17-compat",
  "-Werror=c++20-designator",
  "-Xclang",
  "-ast-dump",
];

/**
 * Compiles a kernel file as "C++ for OpenCL", the language nearest to Metal
 * that clang has, and returns what Metal would refuse.
 */
export async function strictPass(file: KernelFile): Promise<Finding[]> {
  const { stdout, stderr } = await piped(
    COMPILER,
    [...FLAGS, "-"],
    strictSource(file),
  );
  const tree = readSyntaxTree(stdout, (name) => !isLibrary(name));
  return [...findingsOf(stderr), ...strictRules(tree, file.list)]
    .map((one) => ({ ...one, text: inMetal(one.text) }));
}

/** The words of the file, not those that the pass has put for them. */
function inMetal(text: string): string {
  return text
    .replace("function for call to 'mtl_make'", "vector of these arguments")
    .replaceAll("__global_device", "device")
    .replaceAll(/(const )?__global/g, "constant")
    .replace(/ \[-W[^\]]*\]$/, "")
    .replaceAll("__local", "threadgroup")
    .replaceAll("__private", "thread")
    .replaceAll("__generic ", "");
}
