import { basename, join } from "node:path";
import { libraryFileName, VERSION } from "../config.ts";
import { buildNative } from "./native_build.ts";
import { buildPages, runVite } from "./pages.ts";
import type { Prepared } from "./prepare.ts";
import { inProject, tell } from "./project.ts";
import { TaskError } from "./task_error.ts";

/** Options of {@linkcode stage}. */
export interface StageOptions {
  /** The GNU triple of another machine. Default: this one. */
  target?: string | undefined;
}

/** A folder that holds all that runs without a checkout. */
export interface Stage {
  /** The folder. */
  path: string;
  /** The module to start, below it. */
  main: string;
  /** What is in it besides the module, below it. */
  parts: string[];
}

/**
 * Puts together what is needed to run without a checkout: the command line as
 * one module, the built pages, the library and the models. `lib/config.ts`
 * finds them there as it does in a checkout, by walking up to the marker.
 */
export async function stage(
  prepared: Prepared,
  { target }: StageOptions = {},
): Promise<Stage> {
  const { path: library } = await buildNative({ target });
  await buildPages(prepared);

  const path = inProject("dist", target ?? "stage");
  await removeIfThere(path);
  await Deno.mkdir(join(path, "lib"), { recursive: true });
  tell("Bundling the command line …");
  const code = await runVite(prepared.config, [
    "build",
    "--config=lib/tasks/cli_vite_config.ts",
    "--logLevel=warn",
    `--outDir=${join(path, "lib")}`,
  ]);
  if (code !== 0) {
    throw new TaskError(
      "Cannot bundle the command line: Vite failed.",
      "Its own words stand above.",
    );
  }

  await copyTree(inProject("_fresh"), join(path, "_fresh"));
  const name = libraryFileName(
    target?.includes("linux") ? "linux" : Deno.build.os,
  );
  await Deno.copyFile(library, join(path, name));
  await Deno.writeTextFile(
    join(path, "fresh-mamba.json"),
    JSON.stringify({ name: "fresh-mamba", version: VERSION }) + "\n",
  );
  const models = await copyModels(path);
  return {
    path,
    main: join("lib", "main.js"),
    parts: ["_fresh", name, "fresh-mamba.json", models],
  };
}

/** Copies the models of `models/`. */
async function copyModels(to: string): Promise<string> {
  const folder = "models";
  const found = await modelsIn(inProject(folder));
  if (found.length === 0) {
    throw new TaskError(
      "Cannot package: there is no model in models/.",
      "Put a model's directory, with its config.json, into models/.",
    );
  }
  for (const model of found) {
    await copyTree(model, join(to, folder, basename(model)));
  }
  tell(`With ${found.length} models of ${folder}/`);
  return folder;
}

async function modelsIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const files = join(folder, name);
      if (isFile(join(files, "config.json"))) found.push(files);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Copies a folder with all that is in it. */
export async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    const source = join(from, entry.name), copy = join(to, entry.name);
    if ((await Deno.stat(source)).isDirectory) await copyTree(source, copy);
    else await Deno.copyFile(source, copy);
  }
}

/** Removes a file or folder, if there is one. */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
