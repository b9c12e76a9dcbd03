/**
 * Builds the library and the programs of this folder with every compiler, and
 * runs them. One compiler is enough for every day; the others are for CI.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";

const METAL = fileURLToPath(new URL("../../metal", import.meta.url));
const CI = Deno.env.get("CI") === "true";
const CROSS = "aarch64-linux-gnu-g++";

interface Variant {
  name: string;
  compiler: string;
  /** Other programs that it takes. */
  tools?: string[];
  /** A header that it takes, and the package that brings it. */
  header?: { path: string; from: string };
  /** Variables of the Makefile. */
  variables?: string[];
  /** What is made. Default: the library and its tests. */
  targets?: string[];
  /** The variant whose objects it shares. Default: none. */
  beside?: string;
  everyDay?: boolean;
}

const VARIANTS: Variant[] = [
  { name: "clang++", compiler: "clang++" },
  {
    name: "clang++ with sanitizers",
    compiler: "clang++",
    variables: ["SANITIZE=1"],
  },
];

// In CI one of the others is the same.
if (!CI) VARIANTS.unshift({ name: "c++", compiler: "c++", everyDay: true });

// A Mac has Accelerate in every build.
if (Deno.build.os === "linux") {
  VARIANTS.push({
    name: "g++ with products in a CBLAS",
    compiler: "g++",
    variables: ["CBLAS=1"],
  });
}

// Elsewhere the machine's own compiler builds for Arm, or there is no emulator.
if (Deno.build.os === "linux" && Deno.build.arch === "x86_64") {
  VARIANTS.push({
    name: `${CROSS} under qemu`,
    compiler: CROSS,
    tools: ["qemu-aarch64"],
    variables: ["RUNNER=qemu-aarch64 -L /usr/aarch64-linux-gnu"],
  });
  // Few machines have these instructions, so that they run nowhere otherwise.
  const plain = CI ? "clang++" : "c++";
  VARIANTS.push({
    name: `${plain} and emulated AVX-512`,
    compiler: plain,
    header: { path: "simde/simde-arch.h", from: "libsimde-dev" },
    targets: ["emulated"],
    beside: plain,
    everyDay: true,
  });
}

function isThere(program: string): boolean {
  try {
    new Deno.Command(program, { args: ["--version"], stdout: "null" })
      .outputSync();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function hasHeader(compiler: string, path: string): boolean {
  return new Deno.Command(compiler, {
    args: ["-E", "-x", "c++", "-include", path, "/dev/null"],
    stdout: "null",
    stderr: "null",
  }).outputSync().success;
}

/** Why a variant is left out here; undefined if it runs. In CI all run. */
function reasonToIgnore(variant: Variant): string | undefined {
  if (CI) return undefined;
  if (!variant.everyDay) return "runs with CI=true";
  const needed = ["make", variant.compiler, ...variant.tools ?? []];
  const missing = needed.filter((program) => !isThere(program));
  const { compiler, header } = variant;
  if (missing.length === 0 && header && !hasHeader(compiler, header.path)) {
    missing.push(header.from);
  }
  return missing.length > 0 ? `no ${missing.join(", ")} here` : undefined;
}

function buildFolder(variant: Variant): string {
  const name = variant.beside ?? variant.name;
  return `build/check/${name.replaceAll(/[^a-z0-9]+/g, "-")}`;
}

async function make(
  variant: Variant,
  targets: readonly string[] = variant.targets ?? ["lib", "check"],
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("make", {
    args: [
      "-C",
      METAL,
      `-j${navigator.hardwareConcurrency}`,
      `CXX=${variant.compiler}`,
      `BUILD=${buildFolder(variant)}`,
      ...variant.variables ?? [],
      ...targets,
    ],
    env: { LC_ALL: "C" },
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  assertEquals(code, 0, text.slice(-4000));
  return text;
}

for (const variant of VARIANTS) {
  const reason = reasonToIgnore(variant);
  Deno.test({
    name: `libmamba builds without warnings and passes with ${variant.name}` +
      (reason === undefined ? "" : ` (${reason})`),
    ignore: reason !== undefined,
    fn: async () => {
      const text = await make(variant);
      assertEquals(/^.*warning:.*$/m.exec(text)?.[0], undefined);
      assertStringIncludes(text, " passed, 0 failed");
    },
  });
}

Deno.test({
  name: "libmamba needs nothing of training" +
    (CI ? "" : " (runs with CI=true)"),
  ignore: !CI,
  fn: async () => {
    const variant = {
      name: "without training",
      compiler: "c++",
      variables: ["TRAIN=0", "OPTIMIZE=-O0"],
    };
    await make(variant, ["lib"]);
    const name = Deno.build.os === "darwin" ? "libmamba.dylib" : "libmamba.so";
    const library = await Deno.readTextFile(
      `${METAL}/${buildFolder(variant)}/${name}`,
    );
    assertStringIncludes(library, "mamba_model_forward");
    assertEquals(library.includes("mamba_trainer_create"), false);
  },
});
