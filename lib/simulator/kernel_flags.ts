/** The compiler of everything that belongs to the Metal simulator. */
export const SIMULATOR_COMPILER = "clang++-19";

/** Options of {@linkcode kernelFlags}. */
export interface KernelFlagOptions {
  /** Instrument every access to memory, for the simulator's checked mode. */
  checked: boolean;
  /** What the compiler builds for. Default: this machine. */
  machine?: typeof Deno.build.arch;
}

/**
 * The flags with which {@linkcode SIMULATOR_COMPILER}, run in `metal/`, compiles
 * a kernel file that the pre-pass has turned into C++. All kernels of a library
 * must have the same `checked`.
 */
export function kernelFlags(
  { checked, machine = Deno.build.arch }: KernelFlagOptions,
): string[] {
  return [
    "-std=c++17",
    "-fPIC",
    "-fvisibility=hidden",
    // Line tables: a finding names the place in the .metal file, which is where
    // a call returns to.
    "-g1",
    "-fno-optimize-sibling-calls",
    "-Isimulator/shim",
    ...LANGUAGE,
    ...QUIET,
    ...machine === "x86_64" ? ["-mavx2", "-mfma", "-mf16c"] : [],
    ...checked ? CHECKED : ["-O2"],
  ];
}

/** What makes C++ mean what the Metal Shading Language means. */
const LANGUAGE = [
  // Swizzles are properties of the vector types.
  "-fdeclspec",
  "-fsigned-char",
  "-fno-exceptions",
  "-fno-rtti",
  // Arithmetic in half rounds after each operation, and 1.0 is a float.
  "-fexcess-precision=16",
  "-Xclang",
  "-cl-single-precision-constant",
  "-ffp-contract=off",
  "-fno-math-errno",
  // A call of what has a barrier in it may not be copied: threads would wait at
  // different ones.
  "-fconvergent-functions",
  // Kernels read the same bytes as vectors and as scalars.
  "-fno-strict-aliasing",
];

const QUIET = [
  "-Wall",
  "-Wno-unknown-attributes",
  "-Wno-ignored-attributes",
  "-Wno-duplicate-decl-specifier",
  "-Wno-user-defined-literals",
  "-Wno-unused-function",
  "-Wno-unused-const-variable",
];

/** The runtime answers the sanitizers' callbacks; their own are not linked. */
const CHECKED = [
  "-O1",
  "-fsanitize=thread",
  "-fsanitize=alignment,array-bounds,integer-divide-by-zero",
  "-fsanitize=signed-integer-overflow",
  ...[
    "-tsan-instrument-func-entry-exit=0",
    "-tsan-instrument-atomics=0",
    "-tsan-instrument-read-before-write=1",
    "-tsan-distinguish-volatile=0",
  ].flatMap((option) => ["-mllvm", option]),
];
