/**
 * Who may import whom. Everything that is not listed is forbidden.
 *
 * @module
 */
import {
  importsOf,
  includesOf,
  isNative,
  isTypeScript,
  type Sources,
} from "./sources.ts";

/**
 * Layer → what it may import: other layers, single files, packages (a name
 * ending in `*` is a prefix). Every layer may import from itself.
 */
export const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  "main.ts": [
    "lib/web",
    "lib/bench",
    "lib/engine",
    "lib/history",
    "lib/hub",
    "lib/training",
    "lib/config.ts",
    "fresh",
    "fresh/*",
  ],
  "fresh.config.ts": ["lib/config.ts", "node:*", "vite", "@fresh/*"],
  "routes": ["islands", "lib/web", "lib/api", "fresh", "fresh/*", "preact/*"],
  "islands": [
    "lib/api",
    "lib/web",
    "preact",
    "preact/*",
    "@preact/signals",
    "fresh/runtime",
  ],
  // What a user writes: the public API and nothing behind it.
  "examples": ["lib/mod.ts", "node:*"],
  "npm_only": [
    "node:*",
    "npm:*",
    "preact",
    "preact/*",
    "preact-render-to-string",
    "@preact/*",
    "vite",
  ],
  "lib/mod.ts": [
    "lib/api",
    "lib/config.ts",
    "lib/engine",
    "lib/hub",
    "lib/native",
    "lib/tokenizer",
    "lib/training",
    "lib/weights",
  ],
  "lib/config.ts": ["node:*"],
  "lib/api": [],
  "lib/native": ["lib/api", "lib/config.ts", "node:*"],
  "lib/weights": ["lib/api", "node:*"],
  "lib/tokenizer": ["lib/api", "node:*", "@huggingface/tokenizers"],
  "lib/hub": ["lib/api", "lib/config.ts", "lib/weights", "node:*"],
  "lib/engine": [
    "lib/api",
    "lib/config.ts",
    "lib/hub",
    "lib/native",
    "lib/tokenizer",
    "lib/weights",
    "node:*",
  ],
  // What the pages remember: it knows their runs by the types of lib/api.
  "lib/history": ["lib/api", "lib/config.ts", "node:*"],
  "lib/training": [
    "lib/api",
    "lib/config.ts",
    "lib/engine",
    "lib/native",
    "lib/tokenizer",
    "lib/weights",
    "node:*",
  ],
  "lib/bench": [
    "lib/api",
    "lib/config.ts",
    "lib/engine",
    "lib/native",
    "lib/tokenizer",
    "lib/weights",
    "node:*",
  ],
  "lib/cli": [
    "lib/api",
    "lib/bench",
    "lib/config.ts",
    "lib/engine",
    "lib/hub",
    "lib/native",
    "lib/tokenizer",
    "lib/training",
    "lib/weights",
    "node:*",
  ],
  // The Metal simulator: builds and checks, for Linux only.
  "lib/simulator": [
    "lib/api",
    "lib/config.ts",
    "lib/tasks",
    "node:*",
  ],
  "lib/tasks": [
    "lib/api",
    "lib/config.ts",
    "lib/native",
    "lib/simulator",
    "node:*",
    "@wasm-fmt/clang-format",
    "vite",
  ],
  "lib/web": [
    "lib/api",
    "@preact/signals",
    "fresh",
    "fresh/*",
    "preact",
    "preact/*",
  ],
};

/** Single files that may import more than their layer. */
export const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  // Plain functions that know nothing of pages.
  "lib/cli/format.ts": ["lib/web/format.ts"],
  "lib/bench/served_model.ts": [
    "lib/web/event_stream.ts",
    "lib/web/read_event_stream.ts",
  ],
};

/** Single files that may import the *types* of more than their layer. */
export const TYPE_EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  "lib/web/define.ts": [
    "lib/bench",
    "lib/engine",
    "lib/history",
    "lib/hub",
    "lib/training",
  ],
};

/** Single files that a layer must not import although it may the folder. */
export const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  "islands": ["lib/web/define.ts"],
};

/** Native layer → what it may include. */
export const INCLUDES: Readonly<Record<string, readonly string[]>> = {
  "metal/include": [],
  "metal/core": ["metal/quant"],
  // Number formats: what matrices are made of, not how they are kept.
  "metal/quant": [
    "metal/core/convert.h",
    "metal/core/half.h",
    "metal/core/tensor.h",
  ],
  "metal/ops": ["metal/core"],
  "metal/models": ["metal/core", "metal/ops"],
  // In a build for the simulator the host says what its calls touch.
  "metal/backend": [
    "metal/core",
    "metal/ops",
    "metal/quant",
    "metal/simulator/device/control.h",
  ],
  "metal/train": ["metal/core", "metal/models", "metal/ops"],
  "metal/simulator": [],
  "metal/api": [
    "metal/backend",
    "metal/core",
    "metal/include",
    "metal/models",
    "metal/ops",
    "metal/train",
  ],
};

/** Imports that {@linkcode IMPORTS} does not allow. */
export function forbiddenImports(sources: Sources): string[] {
  const found: string[] = [];
  for (const [path, text] of sources) {
    const layer = isTypeScript(path) ? layerOf(path, IMPORTS) : undefined;
    if (layer === undefined) continue;
    const always = [...IMPORTS[layer] ?? [], ...EXCEPTIONS[path] ?? []];
    const forbidden = FORBIDDEN[layer] ?? [];
    for (const one of importsOf(path, text)) {
      const { specifier, path: target = specifier, typeOnly } = one;
      const allowed = typeOnly
        ? [...always, ...TYPE_EXCEPTIONS[path] ?? []]
        : always;
      const fine = [layer, ...allowed].some((entry) => covers(entry, target)) &&
        !forbidden.some((entry) => covers(entry, target));
      if (!fine) found.push(`${path} imports ${specifier}`);
    }
  }
  return found;
}

/** Folders of lib/ and files beside them for which there is no row. */
export function unlistedLayers(sources: Sources): string[] {
  const typescript = [...sources.keys()].filter((path) =>
    isTypeScript(path) &&
    /^(lib|routes|islands|npm_only|examples)\//.test(path) &&
    layerOf(path, IMPORTS) === undefined
  );
  const native = [...sources.keys()].filter((path) =>
    isNative(path) && path.startsWith("metal/") &&
    layerOf(path, INCLUDES) === undefined
  );
  return [...typescript, ...native];
}

/** What the library must load without, as it runs where JSR is not reached. */
const FRAMEWORK = /^(fresh|@fresh\/|@std\/|jsr:|preact|@preact\/|vite)/;

/** Chains from the library's and the command line's door to a framework. */
export function frameworkImports(sources: Sources): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const visit = (path: string, chain: string[]): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const one of importsOf(path, sources.get(path) ?? "")) {
      if (one.typeOnly) continue;
      const next = [...chain, one.specifier];
      if (FRAMEWORK.test(one.specifier)) found.push(next.join(" → "));
      else if (one.path !== undefined) visit(one.path, next);
    }
  };
  for (const door of ["lib/mod.ts", "lib/cli/main.ts"]) visit(door, [door]);
  return found;
}

/** Includes that {@linkcode INCLUDES} does not allow. */
export function forbiddenIncludes(sources: Sources): string[] {
  const found: string[] = [];
  for (const [path, text] of sources) {
    const layer = isNative(path) ? layerOf(path, INCLUDES) : undefined;
    if (layer === undefined) continue;
    for (const target of includesOf(path, text)) {
      const fine = [layer, ...INCLUDES[layer] ?? []]
        .some((entry) => covers(entry, target)) &&
        !crossesBackends(path, target);
      if (!fine) found.push(`${path} includes ${target}`);
    }
  }
  return found;
}

/** Chains of imports that come back to where they began. */
export function circularImports(sources: Sources): string[] {
  const edges = new Map<string, string[]>();
  for (const [path, text] of sources) {
    if (!isTypeScript(path)) continue;
    const targets = importsOf(path, text)
      .filter((one) => !one.typeOnly && one.path !== undefined)
      .map((one) => one.path!);
    edges.set(path, targets);
  }
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, chain: string[]): void => {
    const start = chain.indexOf(path);
    if (start >= 0) {
      found.push([...chain.slice(start), path].join(" → "));
      return;
    }
    if (done.has(path)) return;
    for (const target of edges.get(path) ?? []) visit(target, [...chain, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

function layerOf(
  path: string,
  table: Readonly<Record<string, unknown>>,
): string | undefined {
  return Object.keys(table).find((layer) => covers(layer, path));
}

function covers(entry: string, target: string): boolean {
  if (entry.endsWith("*")) return target.startsWith(entry.slice(0, -1));
  return target === entry || target.startsWith(`${entry}/`);
}

// A backend knows nothing of its neighbours, but all may stand on the
// reference one and on what lies directly in metal/backend/.
function crossesBackends(path: string, target: string): boolean {
  const name = (file: string) => /^metal\/backend\/([^/]+)\//.exec(file)?.[1];
  const to = name(target);
  return name(path) !== undefined && to !== undefined && to !== name(path) &&
    to !== "reference";
}
