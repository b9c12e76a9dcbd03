import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What an import check found wrong. */
export interface ImportCheckDiagnostic {
  type: "warn" | "error";
  message: string;
  description?: string;
}

/** Says whether a module may be imported in the client or on the server. */
export type ImportCheck = (
  id: string,
  environment: string,
) => ImportCheckDiagnostic | void;

/** Options of {@linkcode fresh}. */
export interface FreshViteConfig {
  /** The module that exports `app`. Default: main.ts. */
  serverEntry?: string;
  /** Default: islands. */
  islandsDir?: string;
  /** Default: routes. */
  routeDir?: string;
  /** Default: static. */
  staticDir?: string;
  /** Checks of every import. Default: none. */
  checkImports?: ImportCheck[];
}

/** The options with their defaults, and what the build finds out. */
export interface Options extends Required<FreshViteConfig> {
  /** The project's folder; Vite says which. */
  root: string;
  /** Names the build in the addresses of its files. */
  buildId: string;
  /** Whether this is the development server. */
  development: boolean;
  /** For each module of the client: its address, and what it needs. */
  chunks: Map<string, { address: string; preload: string[] }>;
}

/** Fills in the defaults. */
export function resolveOptions(config: FreshViteConfig): Options {
  return {
    serverEntry: config.serverEntry ?? "main.ts",
    islandsDir: config.islandsDir ?? "islands",
    routeDir: config.routeDir ?? "routes",
    staticDir: config.staticDir ?? "static",
    checkImports: config.checkImports ?? [],
    root: "",
    buildId: process.env.DENO_DEPLOYMENT_ID ?? Date.now().toString(36),
    development: false,
    chunks: new Map(),
  };
}

/** A source of the stand-in for Fresh itself. */
export function freshSource(name: string): string {
  return fileURLToPath(new URL(`../../fresh/src/${name}`, import.meta.url));
}

/** The modules below a folder of the project, as paths there. */
export function modulesIn(options: Options, folder: string): string[] {
  const place = join(options.root, folder);
  let entries: string[];
  try {
    entries = readdirSync(place, { recursive: true, encoding: "utf8" });
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return [];
    throw error;
  }
  return entries
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => /\.[tj]sx?$/.test(path) && !/[._]test\./.test(path))
    .sort();
}
