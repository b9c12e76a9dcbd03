import { builtinModules } from "node:module";
import type { Plugin } from "vite";
import type { ImportCheck, Options } from "./options.ts";

const BUILT_IN = new Set(builtinModules);

/** No module of the runtime reaches the browser. */
const noBuiltIns: ImportCheck = (id, environment) => {
  if (environment !== "client") return;
  if (!id.startsWith("node:") && !BUILT_IN.has(id)) return;
  return {
    type: "error",
    message:
      `Cannot import ${id} in the browser: it is a module of the runtime`,
  };
};

/** Applies the configured checks to every import of the project's modules. */
export function checkImports(options: Options): Plugin {
  const checks = [noBuiltIns, ...options.checkImports];
  return {
    name: "fresh:check-imports",
    sharedDuringBuild: true,
    enforce: "pre",
    async resolveId(id, importer) {
      if (
        importer === undefined || id.startsWith("\0") ||
        importer.startsWith("\0") || importer.includes("node_modules")
      ) {
        return;
      }
      const resolved = id.startsWith(".")
        ? (await this.resolve(id, importer, { skipSelf: true }))?.id ?? id
        : id;
      for (const check of checks) {
        const found = check(resolved, this.environment.config.consumer);
        if (!found) continue;
        const { message, description = "" } = found;
        const text = `${message} (imported by ${importer}) ${description}`;
        if (found.type === "error") this.error(text.trimEnd());
        else this.warn(text.trimEnd());
      }
    },
  };
}
