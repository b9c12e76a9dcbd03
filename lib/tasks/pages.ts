import {
  digest,
  exclusively,
  inProject,
  readTextIfThere,
  tell,
  writeWhole,
} from "./project.ts";
import { VITE } from "./permissions.ts";
import type { Prepared } from "./prepare.ts";
import { run } from "./process.ts";
import { TaskError } from "./task_error.ts";

/** Where the built pages begin: its default export has a `fetch`. */
export const SERVER = inProject("_fresh", "server.js");

/** Everything that the built pages are made from. */
const MADE_FROM = ["routes", "islands", "static", "lib", "npm_only"];

/** Builds the pages, unless they were built from the same sources before. */
export async function buildPages(
  { mode, config }: Prepared,
  { force = false }: { force?: boolean } = {},
): Promise<void> {
  const stamp = inProject("_fresh", "built_from.txt");
  const key = await sourceKey(mode, config);
  const upToDate = async () => await readTextIfThere(stamp) === key;
  if (!force && await upToDate()) return;

  await exclusively(inProject("node_modules", ".pages.lock"), async () => {
    if (!force && await upToDate()) return;
    tell("Building the pages …");
    const code = await vite(config, ["build", "--logLevel=warn"], {
      // Names this build in the addresses of its assets.
      DENO_DEPLOYMENT_ID: key.slice(0, 12),
    });
    if (code !== 0 || await readTextIfThere(SERVER) === undefined) {
      throw new TaskError(
        "Cannot build the pages: Vite failed.",
        "Its own words stand above.",
      );
    }
    await writeWhole(stamp, key);
  });
}

/** Runs Vite with the project's `fresh.config.ts`; returns its exit code. */
export function vite(
  config: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<number> {
  return runVite(config, [...args, "--config=fresh.config.ts"], env);
}

/** Runs Vite; returns its exit code. */
export function runVite(
  config: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<number> {
  return run(Deno.execPath(), [
    "run",
    `--config=${config}`,
    ...VITE,
    "npm:vite",
    ...args,
    "--configLoader=native",
  ], { env });
}

async function sourceKey(mode: string, config: string): Promise<string> {
  const parts: (string | Uint8Array)[] = [mode, Deno.version.deno];
  for (const name of [config, "main.ts", "fresh.config.ts"]) {
    const path = name === config ? config : inProject(name);
    parts.push(await readTextIfThere(path) ?? "");
  }
  for (const folder of MADE_FROM) {
    for (const path of await filesBelow(inProject(folder))) {
      parts.push(path, await Deno.readFile(path));
    }
  }
  return await digest(parts);
}

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) files.push(...await filesBelow(path));
    else if (entry.isFile) files.push(path);
  }
  return files.sort();
}
