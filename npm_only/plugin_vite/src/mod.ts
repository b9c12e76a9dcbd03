/**
 * A stand-in for Fresh's Vite plugin, for machines that cannot reach JSR: the
 * development server, and the build of `_fresh/`.
 *
 * @module
 */
import type { Plugin } from "vite";
import { building } from "./building.ts";
import { checkImports } from "./check_imports.ts";
import { developing } from "./developing.ts";
import { type FreshViteConfig, resolveOptions } from "./options.ts";
import { clientModules, serverModules } from "./virtual_modules.ts";

export type { FreshViteConfig } from "./options.ts";
export type { ImportCheck, ImportCheckDiagnostic } from "./options.ts";

/** Makes Vite build and serve a Fresh application. */
export function fresh(config: FreshViteConfig = {}): Plugin[] {
  const options = resolveOptions(config);
  return [
    building(options),
    serverModules(options),
    clientModules(options),
    checkImports(options),
    developing(options),
  ];
}
