import { join } from "node:path";
import type { Plugin } from "vite";
import { freshSource, modulesIn, type Options } from "./options.ts";

/** What the server's build begins with. */
export const SERVER_ENTRY = "virtual:fresh-server";
/** What the browser's build begins with. */
export const CLIENT_ENTRY = "virtual:fresh-client";

/** Where the development server has a virtual module. */
export function devAddress(id: string): string {
  return `/@id/__x00__${id}`;
}

/** The server's entry: `main.ts` with all routes and islands. */
export function serverModules(options: Options): Plugin {
  return {
    name: "fresh:server-entry",
    sharedDuringBuild: true,
    applyToEnvironment: ({ config }) => config.consumer === "server",
    resolveId: (id) => id === SERVER_ENTRY ? `\0${id}` : undefined,
    load: (id) => id === `\0${SERVER_ENTRY}` ? serverCode(options) : undefined,
  };
}

/** The browser's entry: it starts the islands of the page. */
export function clientModules(_options: Options): Plugin {
  return {
    name: "fresh:client-entry",
    sharedDuringBuild: true,
    applyToEnvironment: ({ config }) => config.consumer === "client",
    resolveId: (id) => id === CLIENT_ENTRY ? `\0${id}` : undefined,
    load: (id) => id === `\0${CLIENT_ENTRY}` ? clientCode() : undefined,
  };
}

function serverCode(options: Options): string {
  const routes = modulesIn(options, options.routeDir);
  const islands = modulesIn(options, options.islandsDir);
  const path = (...parts: string[]) =>
    JSON.stringify(join(options.root, ...parts));
  const source = (name: string) => JSON.stringify(freshSource(name));

  const imports = [
    `import { fileURLToPath } from "node:url";`,
    `import * as main from ${path(options.serverEntry)};`,
    `import { islandExports, serverEntry } from ${source("server_entry.ts")};`,
    ...routes.map((file, i) =>
      `import * as route${i} from ${path(options.routeDir, file)};`
    ),
    ...islands.map((file, i) =>
      `import * as island${i} from ${path(options.islandsDir, file)};`
    ),
  ];
  const modules = routes.map((file, i) =>
    `  ${JSON.stringify(file.replace(/\.\w+$/, ""))}: route${i},`
  );
  const entries = islands.map((file, i) => {
    const { address, preload } = islandChunk(options, file);
    const fixed = JSON.stringify({ name: file, chunk: address, preload });
    return `  ...islandExports(island${i}).map(([exportName, component]) =>
    ({ ...${fixed}, exportName, component })),`;
  });
  const mode = options.development ? "development" : "production";
  const scripts = options.development ? ["/@vite/client"] : [];
  return `${imports.join("\n")}

const routes = {
${modules.join("\n")}
};
const islands = [
${entries.join("\n")}
];

/** Answers requests; \`files\` lie below the folder at \`client\`. */
export function serve(client, files) {
  return serverEntry(main, {
    routes,
    islands,
    clientEntry: ${JSON.stringify(clientAddress(options))},
    scripts: ${JSON.stringify(scripts)},
    mode: ${JSON.stringify(mode)},
    files: new Map(files.map(({ address, ...file }) => [
      address,
      { ...file, path: fileURLToPath(client) + address },
    ])),
  });
}
`;
}

function clientCode(): string {
  const source = (name: string) => JSON.stringify(freshSource(name));
  return `import { boot } from ${source("client.ts")};
import { ISLANDS_ID, MARKER } from ${source("marks.ts")};
await boot(ISLANDS_ID, MARKER);
`;
}

function clientAddress(options: Options): string {
  if (options.development) return devAddress(CLIENT_ENTRY);
  return options.chunks.get(`\0${CLIENT_ENTRY}`)?.address ?? "";
}

function islandChunk(
  options: Options,
  file: string,
): { address: string; preload: string[] } {
  if (options.development) {
    return { address: `/${options.islandsDir}/${file}`, preload: [] };
  }
  const path = join(options.root, options.islandsDir, file);
  const chunk = options.chunks.get(path);
  if (chunk === undefined) {
    throw new Error(`Cannot build: the island ${file} has no module`);
  }
  return chunk;
}
