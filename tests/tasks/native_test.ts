import {
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  findCompiler,
  missingCompiler,
} from "../../lib/tasks/native_compiler.ts";
import { buildNative } from "../../lib/tasks/native_build.ts";
import {
  compilations,
  isApple,
  linkFlags,
  readSources,
  withIncludes,
} from "../../lib/tasks/native_sources.ts";

const ROOT = new URL("../../", import.meta.url);
const TARGET = "aarch64-linux-gnu";
const CROSS = findCompiler({ asked: undefined, target: TARGET });
const MAKE = await works("make", "--version");
const ON_CI = Deno.env.get("CI") === "true";
// Where CI installs it.
const CROSS_IS_DUE = ON_CI && Deno.build.os === "linux" &&
  Deno.build.arch === "x86_64";

Deno.test("buildNative() does nothing when nothing has changed", async () => {
  const first = await buildNative();
  const before = await Deno.stat(first.path);
  const second = await buildNative();
  assertEquals(second, { path: first.path, built: false });
  assertEquals((await Deno.stat(first.path)).mtime, before.mtime);
});

Deno.test({
  name: `buildNative() builds for another machine${
    CROSS || CROSS_IS_DUE ? "" : " (left out: no cross compiler)"
  }`,
  ignore: CROSS === undefined && !CROSS_IS_DUE,
  async fn() {
    const { path } = await buildNative({ target: TARGET });
    using file = await Deno.open(path);
    const header = new Uint8Array(20);
    await file.read(header);
    const text = new TextDecoder().decode(header.slice(1, 4));
    // e_machine of an ELF file: 183 is AArch64.
    assertEquals([text, header[18]], ["ELF", 183]);
  },
});

Deno.test("findCompiler() takes CXX, else the first that there is", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["g++", "clang++", "mine"]) {
      await Deno.writeTextFile(`${folder}/${name}`, name);
    }
    const find = (asked?: string) =>
      findCompiler({ asked, path: `/nowhere:${folder}` })?.command;
    assertEquals(find(), ["clang++"]);
    assertEquals(find("mine -m64"), ["mine", "-m64"]);
    assertEquals(find("other"), undefined);
    const id = () => findCompiler({ asked: "mine", path: folder })?.id;
    const before = id();
    await Deno.writeTextFile(`${folder}/mine`, "a newer one");
    assertNotEquals(id(), before);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("missingCompiler() says what to install", () => {
  const none = { asked: undefined };
  assertStringIncludes(
    missingCompiler({ ...none, os: "darwin" }).hint,
    "xcode-select --install",
  );
  assertStringIncludes(missingCompiler({ ...none, os: "linux" }).hint, "g++");
  assertStringIncludes(missingCompiler({ asked: "icc" }).message, '"icc"');
  assertStringIncludes(
    missingCompiler({ ...none, target: TARGET }).hint,
    `g++-${TARGET}`,
  );
});

Deno.test("the native task tells a missing compiler in one sentence", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "native", "--target=z80-unknown-none"],
    cwd: ROOT,
    env: { CXX: "", NO_COLOR: "1" },
  }).output();
  const lines = new TextDecoder().decode(stderr).trim().split("\n").slice(-2);
  assertEquals(code, 1);
  assertEquals(
    lines[0],
    "error: Cannot build the native library: there is no z80-unknown-none-g++.",
  );
});

const MACHINES = [
  "x86_64-linux-gnu",
  "aarch64-linux-gnu",
  "arm64-apple-darwin24",
  "x86_64-apple-darwin24",
];

for (const machine of MACHINES) {
  Deno.test({
    name: `the flags are those of the Makefile for ${machine}${
      MAKE || ON_CI ? "" : " (left out: no make)"
    }`,
    ignore: !MAKE && !ON_CI,
    async fn() {
      const lines = await makeLines(machine);
      const flagsOf = (line: string) =>
        words(line).slice(1).filter((word) =>
          word.startsWith("-") &&
          !["-c", "-o", "-I.", "-MMD", "-MP"].includes(word)
        ).sort();
      const wanted = lines.filter((line) => line.includes(" -c "))
        .map((line) => ({
          path: words(line).at(-1) ?? "",
          flags: flagsOf(line),
        }));
      const own = compilations(await readSources(), machine)
        .map(({ path, flags }) => ({ path, flags: flags.sort() }));
      const byPath = (a: { path: string }, b: { path: string }) =>
        a.path < b.path ? -1 : 1;
      assertEquals(own.sort(byPath), wanted.sort(byPath));
      // Elsewhere the task and the Makefile hide symbols in ways of their own.
      if (!isApple(machine)) return;
      const link = lines.find((line) => line.includes(" -dynamiclib ")) ?? "";
      const inputs = /\.o$|\.new$|^-o$/;
      assertEquals(
        words(link).slice(1).filter((word) => !inputs.test(word)).sort(),
        linkFlags(machine).sort(),
      );
    },
  });
}

/** What `make lib` would run for a compiler that builds for a machine. */
async function makeLines(machine: string): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    const compiler = `${folder}/c++`;
    await Deno.writeTextFile(compiler, `#!/bin/sh\necho ${machine}\n`, {
      mode: 0o755,
    });
    const { stdout } = await new Deno.Command("make", {
      args: [
        "-C",
        "metal",
        "-n",
        "lib",
        `CXX=${compiler}`,
        `BUILD=${folder}/build`,
      ],
      cwd: ROOT,
      env: { MAKEFLAGS: "" },
    }).output();
    return new TextDecoder().decode(stdout).replaceAll("\\\n", " ")
      .split("\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function words(line: string): string[] {
  return line.trim().replaceAll("'", "").split(/\s+/);
}

Deno.test("compilations() leaves out other machines' instruction sets", () => {
  const names = ["avx2", "avx512", "neon"].map((set) =>
    `backend/cpu/isa_${set}.cpp`
  );
  const sources = new Map(
    [...names, "core/a.cpp", "core/a.h"].map((path) => [path, ""]),
  );
  const paths = (machine: string) =>
    compilations(sources, machine).map(({ path }) => path);
  assertEquals(paths("x86_64-linux-gnu"), [names[0], names[1], "core/a.cpp"]);
  assertEquals(paths("arm64-apple-darwin24"), [names[2], "core/a.cpp"]);
  assertEquals(paths("riscv64-linux-gnu"), ["core/a.cpp"]);
});

Deno.test("withIncludes() follows includes beside the file and from metal/", () => {
  const sources = new Map([
    ["core/a.cpp", '#include "core/b.h"\n#include <map>\n'],
    ["core/b.h", '  #  include "c.h"\n#include "core/a.cpp"\n'],
    ["core/c.h", ""],
    ["core/d.h", ""],
  ]);
  assertEquals(withIncludes("core/a.cpp", sources), [
    "core/a.cpp",
    "core/b.h",
    "core/c.h",
  ]);
});

Deno.test("withIncludes() knows every file that a source includes", async () => {
  const sources = await readSources();
  for (const path of sources.keys()) {
    if (/\.(cpp|mm)$/.test(path)) withIncludes(path, sources);
  }
  assertThrows(
    () => withIncludes("a.cpp", new Map([["a.cpp", '#include "b.h"']])),
    Error,
    'metal/a.cpp includes "b.h", which is not there',
  );
});

async function works(program: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args }).output()).success;
  } catch {
    return false;
  }
}
