import { assert, assertEquals, assertGreater } from "@std/assert";
import { RULES } from "./architecture/rules.ts";
import { importsOf, includesOf, readSources } from "./architecture/sources.ts";

const sources = await readSources(new URL("../", import.meta.url));

for (const rule of RULES) {
  Deno.test(`architecture holds that ${rule.name}`, () => {
    assertEquals(rule.check(sources), []);
  });

  Deno.test(`architecture notices a break of: ${rule.name}`, () => {
    assertGreater(rule.broken.length, 0);
    for (const example of rule.broken) {
      const found = rule.check(new Map(Object.entries(example)));
      assertGreater(found.length, 0, JSON.stringify(example));
    }
  });
}

Deno.test("readSources() finds the layers that exist", () => {
  for (
    const path of [
      "lib/config.ts",
      "metal/include/mamba.h",
      "tests/architecture_test.ts",
    ]
  ) {
    assert(sources.has(path), path);
  }
});

Deno.test("importsOf() finds every form of import", () => {
  const text = [
    `import a, { b } from "./a.ts";`,
    `import type { C } from '../c.ts';`,
    `import "./side_effect.ts";`,
    `export * from "./d.ts";`,
    `export {`,
    `  e,`,
    `} from "node:path";`,
    `const f = await import("./f.ts");`,
    `// import "./comment.ts";`,
    `/* import "./comment.ts"; */`,
    'const source = `import "./template.ts";`;',
  ].join("\n");
  const found = importsOf("lib/x/y.ts", text);
  assertEquals(
    found.map((one) => one.path ?? one.specifier).sort(),
    [
      "lib/c.ts",
      "lib/x/a.ts",
      "lib/x/d.ts",
      "lib/x/f.ts",
      "lib/x/side_effect.ts",
      "node:path",
    ],
  );
  assertEquals(
    found.filter((one) => one.typeOnly).map((one) => one.specifier),
    ["../c.ts"],
  );
});

Deno.test("includesOf() resolves from metal/ and beside the file", () => {
  const text = '#include "core/tensor.h"\n# include "simd.h"\n#include <map>';
  assertEquals(includesOf("metal/backend/cpu/a.cpp", text), [
    "metal/core/tensor.h",
    "metal/backend/cpu/simd.h",
  ]);
});
