/**
 * What every task of `deno.json` runs. It prepares what the task needs (the
 * right Fresh, the packages, the library, the pages) and then hands over.
 *
 * @module
 */
import { bench } from "./bench.ts";
import { build } from "./build.ts";
import { bundle } from "./bundle.ts";
import { check } from "./check.ts";
import { compile } from "./compile.ts";
import { dev } from "./dev.ts";
import { example } from "./example.ts";
import { fmt } from "./fmt.ts";
import { mamba } from "./mamba.ts";
import { native } from "./native.ts";
import { ok } from "./ok.ts";
import { screenshots } from "./screenshots.ts";
import { simulator } from "./simulator.ts";
import { start } from "./start.ts";
import { TaskError } from "./task_error.ts";
import { test } from "./test.ts";

const TASKS: Record<string, (args: string[]) => Promise<number>> = {
  start,
  dev,
  build,
  native,
  simulator,
  test,
  check,
  fmt,
  ok,
  mamba,
  example,
  bench,
  compile,
  bundle,
  screenshots,
};

async function main([name = "", ...args]: string[]): Promise<number> {
  const task = TASKS[name];
  if (task === undefined) {
    throw new TaskError(
      `Cannot run the task "${name}": there is none of that name.`,
      `The tasks are ${Object.keys(TASKS).join(", ")}.`,
    );
  }
  return await task(args);
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    const told = explain(error);
    console.error(`error: ${told.message}\n  ${told.hint}`);
    Deno.exit(1);
  }
}

/** Any error as a sentence and what to do; faults of ours keep their stack. */
function explain(error: unknown): TaskError {
  if (error instanceof TaskError) return error;
  if (error instanceof Deno.errors.NotCapable) {
    return new TaskError(
      `Cannot go on: ${error.message}`,
      "Start it with `deno task`, which grants what is needed.",
    );
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new TaskError(
      `Cannot go on: ${error.message}`,
      "Make the checkout writable for your user.",
    );
  }
  throw error;
}
