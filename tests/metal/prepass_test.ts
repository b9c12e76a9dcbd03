/** The pre-pass: the expanded text, and its translation to C++. */
import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  kernelFlags,
  SIMULATOR_COMPILER,
} from "../../lib/simulator/kernel_flags.ts";
import { expandKernel } from "../../lib/simulator/kernel_source.ts";
import {
  translateKernel,
  type Translation,
} from "../../lib/simulator/translate_kernel.ts";
import { goodSnippets } from "./snippets.ts";
import { test } from "./tools.ts";

/** Reads from texts in memory, by the last part of a path. */
function reader(files: Record<string, string>) {
  return (path: string) => {
    const text = files[path.split("/").at(-1)!];
    return text === undefined
      ? Promise.reject(new Deno.errors.NotFound(path))
      : Promise.resolve(text);
  };
}

const HEAD = "#include <metal_stdlib>\nusing namespace metal;\n";
const KERNEL =
  "kernel void k(device float* x [[buffer(0)]]) { x[0] = half_of(2.0f); }\n";

/** Translates texts in memory; the kernel file is k.metal. */
function translate(files: Record<string, string>): Promise<Translation> {
  return translateKernel("kernels/k.metal", reader(files));
}

/** What the compiler says of a translation for the shim. */
async function compile({ cpp }: Translation): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".cpp" });
  try {
    await Deno.writeTextFile(path, cpp);
    const { stderr } = await new Deno.Command(SIMULATOR_COMPILER, {
      args: [...kernelFlags({ checked: false }), "-fsyntax-only", path],
      cwd: "metal",
    }).output();
    return new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(path);
  }
}

test("expandKernel() puts each header in once, by the rule on lines", async () => {
  const source = await expandKernel(
    "kernels/a.metal",
    reader({
      "a.metal": '#include <metal_stdlib>\n  #include "b.h"  // both\n' +
        '#include "c.h"\n x \n#pragma  once\nend',
      "b.h": '#pragma once\n#include "c.h"\nb\n',
      "c.h": "\t#pragma once\r\n #include <metal_stdlib>\nc\n\n",
    }),
  );
  assertEquals(
    source.text,
    "#include <metal_stdlib>\nc\n\nb\n x \n#pragma  once\nend\n",
  );
  assertEquals(
    source.places.map(({ file, line }) => `${file}:${line}`),
    [
      "a.metal:1",
      "c.h:3",
      "c.h:4",
      "b.h:3",
      "a.metal:4",
      "a.metal:5",
      "a.metal:6",
    ]
      .map((place) => `kernels/${place}`),
  );
});

test("expandKernel() hashes the text in UTF-8 with FNV-1a", async () => {
  const hashOf = async (text: string) => {
    const read = reader({ "a.metal": text });
    return (await expandKernel("a.metal", read)).hash;
  };
  assertEquals(await hashOf(""), 0xcbf29ce484222325n);
  // From a program in Python.
  assertEquals(await hashOf("one\n  two\nfour é"), 0x2fc0fe480ba4a545n);
});

test("expandKernel() says which line includes what is not there", async () => {
  const read = reader({ "a.metal": "\n\n" + '#include "b.h"\n' });
  const error = await assertRejects(() => expandKernel("a.metal", read));
  assertEquals(
    (error as Error).message,
    "a.metal:3: Cannot read b.h: there is no such file.",
  );
});

test("translateKernel() names kernels as the host knows them", async () => {
  const { kernels, hash, cpp } = await translate({
    "k.metal": HEAD + "template <typename T>\n" +
      "kernel void fill(device T* x [[buffer(3)]]) { x[0] = 1; }\n" +
      '#define INSTANCE(T) template [[host_name("fill_" #T)]] \\\n' +
      "  kernel void fill<T>(device T*);\n" +
      "INSTANCE(float)\nINSTANCE(half)\n" +
      '[[host_name("other")]] [[max_total_threads_per_threadgroup(64)]]\n' +
      "kernel void k(constant uint& n [[buffer(0)]],\n" +
      "              device uint* x [[buffer(2)]],\n" +
      "              threadgroup uint* s [[threadgroup(1)]],\n" +
      "              ushort2 at [[thread_position_in_grid]]) { x[at.x] = n; }\n",
  });
  assertEquals(kernels.toSorted(), ["fill_float", "fill_half", "other"]);
  assertStringIncludes(
    cpp,
    `#define MTL_SOURCE_HASH 0x${hash.toString(16)}ull\n`,
  );
  assertStringIncludes(
    cpp,
    '("other", "kernels/k.metal", 10, 64, {{' +
      '{A_BUFFER, 0, 2, 0, 0, false, false, "n"}, ' +
      '{A_BUFFER, 2, 1, 0, 0, false, false, "x"}, ' +
      '{A_TGMEM, 1, 3, 0, 0, false, false, "s"}, ' +
      '{A_THREAD_POSITION_IN_GRID, 0, 0, 0, 0, false, false, "at"}}});',
  );
});

test("translateKernel() keeps the place of every line", async () => {
  const wrong = 'static_assert(false, "here");\n';
  const translation = await translate({
    "k.metal": HEAD + "/* two\n lines */\n" +
      '#include "h.h"\nconstant int N [[function_constant(\n    7)]];\n' +
      KERNEL + wrong + "template <int M>\nkernel void t(\n" +
      "    device int* x [[buffer(0)]]) {\n  threadgroup int\n    s[M];\n" +
      wrong + "  x[0] = s[0];\n}\n" +
      'template [[host_name("t_3")]]\nkernel\nvoid t<3>(device int*);\n' +
      wrong,
    "h.h": "#pragma once\n" + wrong + "inline float half_of(float v) " +
      "{\n  return v / 2;\n}\n" + wrong,
  });
  const messages = await compile(translation);
  const places = [...messages.matchAll(/^(\S+:\d+):\d+: error: .*here/gm)]
    .map((match) => match[1]);
  // The one in a template comes last, when that is instantiated.
  assertEquals(places, [
    "kernels/h.h:2",
    "kernels/h.h:6",
    "kernels/k.metal:9",
    "kernels/k.metal:21",
    "kernels/k.metal:15",
  ]);
});

test("translateKernel() puts threadgroup variables where they are shared", async () => {
  const { cpp } = await translate({
    "k.metal": HEAD + "#define ROWS 4\n" +
      "kernel void k(device float* x [[buffer(0)]]) {\n" +
      "  threadgroup vec<float, 4> rows[ROWS][2], one;\n" +
      "  threadgroup float* p = &rows[0][0].x;\n  x[0] = *p + one.x;\n}\n",
  });
  assertStringIncludes(
    cpp,
    "MTL_TG_VAR((vec < float , 4 >), rows, [ 4 ] [ 2 ]);",
  );
  assertStringIncludes(cpp, "MTL_TG_VAR((vec < float , 4 >), one, );");
  assertStringIncludes(cpp, "threadgroup float* p = &rows[0][0].x;");
});

test("translateKernel() refuses with the place in a header", async () => {
  const error = await assertRejects(() =>
    translate({
      "k.metal": HEAD + '#include "h.h"\n' + KERNEL,
      "h.h": "#pragma once\n\ninline double half_of(float v) { return v; }\n",
    })
  );
  assertMatch(
    (error as Error).message,
    /^Cannot translate kernels\/k\.metal: .*\nkernels\/h\.h:3: double does not/,
  );
});

for (const [name, path] of goodSnippets()) {
  test(`the shim compiles ${name}`, async () => {
    const messages = await compile(await translateKernel(path));
    assertEquals(messages.match(/^.*error: .*$/gm), null);
  });
}
