/**
 * The library of a Mac, linked here against lists of what a Mac has: it asks
 * for nothing else, and offers the ABI alone.
 */
import { assertEquals } from "@std/assert";
import { linkForMac, type MacProcessor } from "../../lib/simulator/link_mac.ts";
import {
  type MacLibrary,
  readMacLibrary,
} from "../../lib/simulator/mac_library.ts";
import { inProject } from "../../lib/tasks/project.ts";
import { leftOutWithout } from "./tools.ts";

const { ignore, why } = leftOutWithout(
  "clang++-19",
  "ld64.lld-19",
  "llvm-nm-19",
  "llvm-otool-19",
  "/usr/lib/llvm-19/include/c++/v1/vector",
);
const KERNELS = inProject("metal", "backend", "metal", "kernels");
const FRAMEWORKS = "/System/Library/Frameworks";

/** What a Mac's linker writes down too: ARC's functions are in libobjc. */
const LIBRARIES = [
  `${FRAMEWORKS}/Accelerate.framework/Versions/A/Accelerate`,
  `${FRAMEWORKS}/Foundation.framework/Versions/C/Foundation`,
  `${FRAMEWORKS}/Metal.framework/Versions/A/Metal`,
  "/usr/lib/libSystem.B.dylib",
  "/usr/lib/libc++.1.dylib",
  "/usr/lib/libobjc.A.dylib",
];

/** What comes from no library: the compiler's runtime, linked in on a Mac. */
const FROM_COMPILER: Record<MacProcessor, string[]> = {
  arm64: [],
  x86_64: ["___cpu_features2", "___cpu_indicator_init", "___cpu_model"],
};

for (const processor of ["arm64", "x86_64"] as const) {
  Deno.test({
    name: `the library of a Mac with ${processor} links against macOS${why}`,
    ignore,
    fn: async (t) => {
      const path = await linkForMac(processor);
      const library = await readMacLibrary(path);
      await t.step(
        "it exports the functions of the ABI and no others",
        () => exportsTheAbi(library),
      );
      await t.step("it loads the libraries that it should", () => {
        assertEquals(library.installName, "@rpath/libmamba.dylib");
        assertEquals(library.libraries, LIBRARIES);
      });
      await t.step("it runs on macOS 12.3", () => {
        assertEquals(library.system, "macos 12.3");
        // What @available compiles to: nothing may depend on the version.
        assertEquals(
          [...library.imports.keys()].filter((n) => /Version/.test(n)),
          [],
        );
      });
      await t.step("nothing is left to be found when it runs", () => {
        const found = [...library.imports]
          .filter(([, from]) => from === "dynamically looked up")
          .map(([name]) => name);
        assertEquals(found.sort(), FROM_COMPILER[processor]);
      });
      await t.step(
        "it carries every kernel file, whole",
        () => carriesKernels(path, library),
      );
    },
  });
}

async function exportsTheAbi({ exports }: MacLibrary) {
  const wanted: string[] = [];
  for (const name of ["mamba.h", "mamba_train.h"]) {
    const header = await Deno.readTextFile(
      inProject("metal", "include", name),
    );
    const functions = header.matchAll(/^MAMBA_API [^(]*?(\w+)\(/gm);
    wanted.push(...[...functions].map(([, name = ""]) => name));
  }
  assertEquals(exports, wanted.sort());
}

async function carriesKernels(path: string, { hidden }: MacLibrary) {
  const bytes = await Deno.readFile(path);
  let files = 0;
  for await (const { name } of Deno.readDir(KERNELS)) {
    const symbol = name.replace(".", "_");
    // In the first segment places are offsets in the file.
    const [begin, end] = ["begin", "end"].map((side) =>
      Number(hidden.get(`_kernel_${side}_${symbol}`))
    );
    const text = await Deno.readFile(`${KERNELS}/${name}`);
    assertEquals(bytes.slice(begin, end), text, name);
    files += 1;
  }
  assertEquals(files > 0, true);
}
