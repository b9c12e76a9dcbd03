/**
 * The rules of the house that a program can check. Each comes with sources
 * that break it, so that a rule that cannot fail is noticed.
 *
 * @module
 */
import {
  circularImports,
  forbiddenImports,
  forbiddenIncludes,
  frameworkImports,
  unlistedLayers,
} from "./layers.ts";
import {
  isNative,
  isTypeScript,
  type Sources,
  withoutComments,
} from "./sources.ts";

/** One rule. */
export interface Rule {
  /** A statement that is true of the project. */
  name: string;
  /** What breaks the rule, one line each; empty if nothing does. */
  check(sources: Sources): string[];
  /** Sources that break it, each in its own way. */
  broken: Record<string, string>[];
}

/** The longest that a source may be, in lines. */
export const MAX_LINES = 400;

// Written in pieces, so that this file does not find itself.
const UNFINISHED = new RegExp(
  `\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"].join("|")})\\b`,
);
const DLOPEN = "dl" + "open";

/** Every rule. */
export const RULES: readonly Rule[] = [
  {
    name: "modules import what the table allows",
    check: forbiddenImports,
    broken: [
      { "lib/engine/engine.ts": `import { App } from "fresh";` },
      { "lib/weights/a.ts": `import { assert } from "@std/assert";` },
      { "lib/native/a.ts": `import { Engine } from "../engine/engine.ts";` },
      { "lib/api/a.ts": `import type { State } from "../native/state.ts";` },
      { "lib/cli/run.ts": `const it = await import("../web/define.ts");` },
      {
        "routes/index.tsx": `import { Engine } from "../lib/engine/engine.ts";`,
      },
      { "lib/web/define.ts": `import { Engine } from "../engine/engine.ts";` },
      { "islands/A.tsx": `import { define } from "../lib/web/define.ts";` },
      { "islands/A.tsx": `export * from "../lib/engine/engine.ts";` },
      { "islands/A.tsx": `import "node:fs";` },
      { "npm_only/a.ts": `import { VERSION } from "../lib/config.ts";` },
      { "examples/a.ts": `import { A } from "../lib/engine/engine.ts";` },
    ],
  },
  {
    name: "the library loads without the frameworks of the pages",
    check: frameworkImports,
    broken: [
      {
        "lib/mod.ts": `export * from "./engine/engine.ts";`,
        "lib/engine/engine.ts": `import { App } from "fresh";`,
      },
      {
        "lib/cli/main.ts": `import { a } from "../web/a.ts";`,
        "lib/web/a.ts": `export { signal as a } from "@preact/signals";`,
      },
    ],
  },
  {
    name: "native sources include what the table allows",
    check: forbiddenIncludes,
    broken: [
      { "metal/models/mamba1.cpp": `#include "backend/cpu/cpu.h"` },
      { "metal/backend/cpu/a.cpp": `#include "models/model.h"` },
      { "metal/backend/metal/a.mm": `#include "../cpu/simd.h"` },
      { "metal/core/a.h": `  #  include "ops/ops.h"` },
      { "metal/ops/ops.h": `#include "train/tape.h"` },
    ],
  },
  {
    name: "every folder has a row in the tables",
    check: unlistedLayers,
    broken: [
      { "lib/helpers/a.ts": "export {};" },
      { "metal/misc/a.cpp": "int a;" },
    ],
  },
  {
    name: "no import comes back to its beginning",
    check: circularImports,
    broken: [
      {
        "lib/a.ts": `import { b } from "./b.ts";`,
        "lib/b.ts": `import { c } from "./c.ts";`,
        "lib/c.ts": `export { a } from "./a.ts";`,
      },
      { "lib/a.ts": `import { a } from "./a.ts";` },
    ],
  },
  {
    // A test of the simulator asks it what it has counted.
    name: "native code is opened in lib/native, and by tests of the simulator",
    check: (sources) =>
      filesWith(
        sources,
        (path, text) =>
          isTypeScript(path) && !/^(lib\/native|tests\/metal)\//.test(path) &&
          withoutComments(text).includes(`.${DLOPEN}(`),
      ),
    broken: [{ "lib/engine/a.ts": `Deno.${DLOPEN}("x", {});` }],
  },
  {
    name: "the library reads the environment in lib/config.ts alone",
    check: (sources) =>
      filesWith(
        sources,
        (path, text) =>
          /^lib\/(?!config\.ts|tasks\/)/.test(path) &&
          /\bDeno\.env\b|\bprocess\.env\b/.test(withoutComments(text)),
      ),
    broken: [
      { "lib/engine/a.ts": `Deno.env.get("HOME");` },
      { "lib/cli/a.ts": `process.env.HOME;` },
    ],
  },
  {
    // Pages ask their own server, the bench one that it has started, and a
    // task looks whether JSR answers.
    name: "the library asks other machines in lib/hub alone",
    check: (sources) =>
      filesWith(
        sources,
        (path, text) =>
          /^lib\/(?!hub|web|bench|tasks)/.test(path) &&
          /(?<![.#\w])fetch\(|\bDeno\.connect/.test(withoutComments(text)),
      ),
    broken: [
      { "lib/engine/a.ts": `await fetch("https://huggingface.co");` },
      { "lib/cli/a.ts": `await Deno.connectTls({ hostname, port });` },
    ],
  },
  {
    name: `no source is longer than ${MAX_LINES} lines`,
    check: (sources) =>
      filesWith(
        sources,
        (path, text) =>
          (isTypeScript(path) || isNative(path)) &&
          text.trimEnd().split("\n").length > MAX_LINES,
      ),
    broken: [{ "lib/a.ts": "//\n".repeat(MAX_LINES + 1) }],
  },
  {
    name: "nothing is marked as unfinished",
    check: (sources) =>
      filesWith(sources, (_path, text) => UNFINISHED.test(text)),
    broken: [{ "metal/a.cpp": `// TO${"DO"}: later` }],
  },
  {
    name: "no test is switched off or alone",
    check: (sources) =>
      filesWith(sources, (path, text) =>
        path.startsWith("tests/") &&
        /\bignore:\s*true\b|\b(test|it|describe)\.(only|skip|ignore)\(|\bonly:\s*true\b/i
          .test(withoutComments(text))),
    broken: [
      { "tests/a_test.ts": `Deno.test.${"only"}("a", () => {});` },
      { "tests/a_test.ts": `Deno.test({ ignore: ${true} });` },
    ],
  },
  {
    name: "the tables of symbols have the headers' functions in their order",
    check: differentSymbols,
    broken: [
      {
        "metal/include/mamba.h": "MAMBA_API int mamba_a(void);\n" +
          "MAMBA_API mamba_status mamba_b(int x);",
        "lib/native/symbols.ts": "  mamba_a: {},\n",
      },
      {
        "metal/include/mamba.h": "MAMBA_API int mamba_a(void);",
        "lib/native/symbols.ts": "  mamba_a: {},\n  mamba_c: {},\n",
      },
    ],
  },
];

function filesWith(
  sources: Sources,
  found: (path: string, text: string) => boolean,
): string[] {
  return [...sources].filter(([path, text]) => found(path, text))
    .map(([path]) => path);
}

const SYMBOL_TABLES = {
  "metal/include/mamba.h": "lib/native/symbols.ts",
  "metal/include/mamba_train.h": "lib/native/training_symbols.ts",
};

function differentSymbols(sources: Sources): string[] {
  return Object.entries(SYMBOL_TABLES).flatMap(([header, table]) => {
    const text = (path: string) => withoutComments(sources.get(path) ?? "");
    const declared = [
      ...text(header).matchAll(/\bMAMBA_API\b[^;(]*?\b(mamba_\w+)\s*\(/g),
    ].map((match) => match[1]!);
    const listed = [...text(table).matchAll(/^\s*(mamba_\w+)\s*:/gm)]
      .map((match) => match[1]!);
    if (declared.join() === listed.join()) return [];
    const missing = declared.filter((name) => !listed.includes(name));
    const extra = listed.filter((name) => !declared.includes(name));
    return [
      ...missing.map((name) => `${table} lacks ${name}`),
      ...extra.map((name) => `${header} lacks ${name}`),
      ...missing.length + extra.length === 0 ? [`${table}: other order`] : [],
    ];
  });
}
