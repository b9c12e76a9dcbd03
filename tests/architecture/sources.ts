/**
 * The project's sources as text, and what they import.
 *
 * @module
 */

/** Path from the project's root, with slashes → text. */
export type Sources = ReadonlyMap<string, string>;

/** One import of a source. */
export interface Import {
  /** As written: `../api/mamba_error.ts`, `preact`, `node:path`. */
  specifier: string;
  /** The path from the root for a relative one, else undefined. */
  path: string | undefined;
  /** True for `import type` and `export type`. */
  typeOnly: boolean;
}

const ROOTS = [
  ".ci",
  "examples",
  "islands",
  "lib",
  "metal",
  "npm_only",
  "routes",
  "static",
  "tests",
];
const ROOT_FILES = ["main.ts", "fresh.config.ts"];
const SKIPPED = new Set(["build", "node_modules", "_fresh", "fixtures"]);
const EXTENSIONS = /\.(ts|tsx|js|mjs|h|cpp|mm|metal|css|sh)$/;

/** Reads every source below the root that a person writes. */
export async function readSources(root: URL): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for (const name of ROOT_FILES) {
    const text = await Deno.readTextFile(new URL(name, root)).catch(() => "");
    if (text !== "") sources.set(name, text);
  }
  for (const name of ROOTS) await readDirectory(root, `${name}/`, sources);
  return sources;
}

async function readDirectory(
  root: URL,
  directory: string,
  sources: Map<string, string>,
): Promise<void> {
  try {
    for await (const entry of Deno.readDir(new URL(directory, root))) {
      const path = directory + entry.name;
      if (entry.isDirectory && !SKIPPED.has(entry.name)) {
        await readDirectory(root, `${path}/`, sources);
      } else if (entry.isFile && EXTENSIONS.test(entry.name)) {
        sources.set(path, await Deno.readTextFile(new URL(path, root)));
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** True for TypeScript, with or without JSX. */
export function isTypeScript(path: string): boolean {
  return /\.tsx?$/.test(path);
}

/** True for C++, Objective-C++ and Metal. */
export function isNative(path: string): boolean {
  return /\.(h|cpp|mm|metal)$/.test(path);
}

/** The text with comments and the insides of template literals blanked. */
export function withoutComments(text: string): string {
  const pattern =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
  return text.replace(pattern, (match) => {
    if (match.startsWith("/")) return match.replace(/[^\n]/g, " ");
    return match.startsWith("`") ? "``" : match;
  });
}

/** What a TypeScript source imports, static and dynamic. */
export function importsOf(path: string, text: string): Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  const patterns = [
    /(?:^|[\n;}])\s*(?:import|export)\b(\s+type\b)?[^"';=()]*?\bfrom\s*["']([^"']+)["']/g,
    /(?:^|[\n;}])\s*import()\s*["']([^"']+)["']/g,
    /\bimport()\(\s*["']([^"']+)["']/g,
  ];
  for (const pattern of patterns) {
    for (const [, type, specifier = ""] of code.matchAll(pattern)) {
      found.push({
        specifier,
        path: resolve(path, specifier),
        typeOnly: (type ?? "") !== "",
      });
    }
  }
  return found;
}

/** What a native source includes in quotes, as paths from the root. */
export function includesOf(path: string, text: string): string[] {
  const found: string[] = [];
  for (const [, name = ""] of text.matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
    // The compiler looks beside the file first, then from metal/.
    const beside = resolve(path, `./${name}`) ?? name;
    found.push(name.includes("/") ? resolve("metal/x", `./${name}`)! : beside);
  }
  return found;
}

function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith("./") && !specifier.startsWith("../")) return;
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
