import { join } from "node:path";
import { existsSync } from "node:fs";
import { MambaError } from "../api/mamba_error.ts";
import { findProjectDirectory } from "../config.ts";
import type { LoadFigures, LoadTask } from "./load_process.ts";

/** The module that loads a model in a process of its own, in a checkout. */
function loadModule(): string | undefined {
  const folder = findProjectDirectory("lib");
  if (folder === undefined) return undefined;
  const path = join(folder, "bench", "load_process.ts");
  return existsSync(path) ? path : undefined;
}

/** Whether loading can be measured: it needs sources, and Deno to run them. */
export async function canMeasureLoad(): Promise<boolean> {
  if (Deno.build.standalone || loadModule() === undefined) return false;
  const run = await Deno.permissions.query({
    name: "run",
    command: Deno.execPath(),
  });
  return run.state === "granted";
}

/**
 * Loads a model in a process of its own, so that nothing else is in its
 * memory. The files should have been read before.
 */
export async function measureLoad(task: LoadTask): Promise<LoadFigures> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-config",
      "--no-lock",
      // What the system knows of a process is shown to none with less.
      "--allow-all",
      loadModule()!,
      JSON.stringify(task),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  if (success) return JSON.parse(decoder.decode(stdout));
  const words = decoder.decode(stderr).trim().split("\n");
  throw new MambaError(
    "internal",
    `Cannot measure how a model loads: ${words[0]}`,
  );
}
