import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Plugin, Rollup } from "vite";
import { freshSource, modulesIn, type Options } from "./options.ts";
import { CLIENT_ENTRY, SERVER_ENTRY } from "./virtual_modules.ts";

/** Vite's configuration: two environments, the client's built first. */
export function building(options: Options): Plugin {
  return {
    name: "fresh:building",
    sharedDuringBuild: true,
    config(user, { command }) {
      options.root = resolve(user.root ?? process.cwd());
      options.development = command === "serve";
      return {
        appType: "custom",
        publicDir: options.staticDir,
        define: { __FRESH_BUILD_ID__: JSON.stringify(buildId(options)) },
        esbuild: { jsx: "automatic", jsxImportSource: "preact", jsxDev: false },
        resolve: {
          alias: [
            { find: /^fresh$/, replacement: freshSource("mod.ts") },
            {
              find: /^fresh\/runtime$/,
              replacement: freshSource("runtime.ts"),
            },
          ],
          dedupe: ["preact", "@preact/signals"],
        },
        // Modules of npm are served as they are: bundling them ahead would
        // make a second copy of what is found later.
        optimizeDeps: { noDiscovery: true },
        builder: {
          sharedPlugins: true,
          async buildApp(builder) {
            const { client, ssr } = builder.environments;
            if (client) await builder.build(client);
            if (ssr) await builder.build(ssr);
          },
        },
        environments: {
          client: { build: clientBuild(options) },
          ssr: {
            // The development server leaves packages to the runtime.
            resolve: { noExternal: options.development ? [] : true },
            build: SERVER_BUILD,
          },
        },
      };
    },
    generateBundle(_, bundle) {
      if (this.environment.name === "client") noteChunks(options, bundle);
    },
    writeBundle() {
      if (this.environment.name === "ssr") writeServer(options);
    },
  };
}

function buildId(options: Options): string {
  return options.development ? "" : options.buildId;
}

const SERVER_BUILD = {
  outDir: "_fresh/server",
  copyPublicDir: false,
  emptyOutDir: true,
  target: "esnext",
  minify: false,
  rollupOptions: {
    input: { "server-entry": SERVER_ENTRY },
    output: {
      entryFileNames: "[name].js",
      chunkFileNames: "assets/[name]-[hash].js",
    },
  },
} as const;

function clientBuild(options: Options) {
  const islands = modulesIn(options, options.islandsDir).map((path) =>
    [
      `island-${path.replace(/\.\w+$/, "").replaceAll("/", "_")}`,
      join(options.root, options.islandsDir, path),
    ] as const
  );
  return {
    outDir: "_fresh/client",
    copyPublicDir: true,
    emptyOutDir: true,
    target: "es2022",
    rollupOptions: {
      preserveEntrySignatures: "strict" as const,
      input: {
        "client-entry": CLIENT_ENTRY,
        ...Object.fromEntries(islands),
      },
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  };
}

/** Remembers where the client's modules went, for the server's build. */
function noteChunks(options: Options, bundle: Rollup.OutputBundle) {
  for (const chunk of Object.values(bundle)) {
    if (chunk.type !== "chunk" || chunk.facadeModuleId === null) continue;
    options.chunks.set(chunk.facadeModuleId, {
      address: `/${chunk.fileName}`,
      preload: chunk.imports.map((name) => `/${name}`),
    });
  }
}

/** Writes what is served: an object with `fetch`, and the list of files. */
function writeServer(options: Options) {
  const client = join(options.root, "_fresh", "client");
  const files = readdirSync(client, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => {
      const address = path.slice(client.length).replaceAll("\\", "/");
      return {
        address,
        hash: createHash("sha256").update(readFileSync(path)).digest("hex")
          .slice(0, 16),
        immutable: address.startsWith("/assets/"),
      };
    });
  writeFileSync(
    join(options.root, "_fresh", "server.js"),
    `import { serve } from "./server/server-entry.js";

export default {
  fetch: serve(
    new URL("./client", import.meta.url),
    ${JSON.stringify(files)},
  ),
};
`,
  );
}
