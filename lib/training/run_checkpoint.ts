import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { cannotLoad } from "../api/load_error.ts";
import { MambaError } from "../api/mamba_error.ts";
import { removeIfThere, sync, writeDurably } from "./durable_files.ts";
import { parseState, type TrainingState } from "./training_state.ts";

const STATE_NAME = "state.json";
const DONE_NAME = "DONE";
const KEPT = 2;

/** A place from which a run can go on. */
export interface RunCheckpoint {
  directory: string;
  state: TrainingState;
}

/** What {@linkcode findRunCheckpoint} found. */
export interface FoundCheckpoint {
  /** The newest that is whole. */
  checkpoint: RunCheckpoint | undefined;
  /** What is wrong with newer ones. */
  problems: string[];
}

/**
 * Writes a checkpoint beside, gives it its name, and marks it as done last: a
 * process that is killed at any time leaves the one before.
 *
 * @param parent the folder of a run's checkpoints; the last two stay in it
 * @param write fills a new folder with everything but the state
 */
export async function writeRunCheckpoint(
  parent: string,
  state: TrainingState,
  write: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = join(parent, nameOf(state.step));
  const partial = `${directory}.${crypto.randomUUID()}.partial`;
  await Deno.mkdir(partial, { recursive: true });
  try {
    await write(partial);
    const text = JSON.stringify(state, null, 2) + "\n";
    await Deno.writeTextFile(join(partial, STATE_NAME), text);
    const sums = await hashFiles(partial);
    for (const name of Object.keys(sums)) await sync(join(partial, name));
    await removeIfThere(directory);
    await Deno.rename(partial, directory);
    await sync(parent);
    await writeDurably(
      join(directory, DONE_NAME),
      JSON.stringify(sums, null, 2) + "\n",
    );
  } catch (error) {
    await removeIfThere(partial);
    throw error;
  }
  await removeOld(parent, state.step);
}

/** The newest checkpoint whose files are as they were written. */
export async function findRunCheckpoint(
  parent: string,
): Promise<FoundCheckpoint> {
  const problems: string[] = [];
  for (const name of (await names(parent)).reverse()) {
    if (!isName(name)) continue;
    const directory = join(parent, name);
    try {
      if (!await check(directory)) continue;
      const path = join(directory, STATE_NAME);
      const state = parseState(await Deno.readTextFile(path), path);
      return { checkpoint: { directory, state }, problems };
    } catch (error) {
      if (!(error instanceof MambaError)) throw error;
      problems.push(error.message);
    }
  }
  return { checkpoint: undefined, problems };
}

/** False for one that was not finished; throws for one that is damaged. */
async function check(directory: string): Promise<boolean> {
  let mark: string;
  try {
    mark = await Deno.readTextFile(join(directory, DONE_NAME));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  const sums = await hashFiles(directory);
  let expected: Record<string, unknown>;
  try {
    expected = Object(JSON.parse(mark));
  } catch (cause) {
    throw cannotLoad(join(directory, DONE_NAME), "it is not JSON", { cause });
  }
  for (const [name, sum] of Object.entries(expected)) {
    if (sums[name] === sum) continue;
    throw cannotLoad(
      join(directory, name),
      sums[name] === undefined ? "it is gone" : "it is not what was written",
    );
  }
  return true;
}

/** SHA-256 of every file but the mark. */
async function hashFiles(directory: string): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const name of await names(directory)) {
    if (name === DONE_NAME) continue;
    const hash = createHash("sha256");
    for await (const piece of createReadStream(join(directory, name))) {
      hash.update(piece);
    }
    sums[name] = hash.digest("hex");
  }
  return sums;
}

/** All but the last ones, and what a killed process left. */
async function removeOld(parent: string, step: number): Promise<void> {
  const all = await names(parent);
  const old = all.filter((name) => isName(name) && name <= nameOf(step))
    .slice(0, -KEPT);
  // Steps behind this one were made by the run that broke off.
  const superseded = all.filter((name) => isName(name) && name > nameOf(step));
  const partial = all.filter((name) => name.endsWith(".partial"));
  for (const name of [...old, ...superseded, ...partial]) {
    await removeIfThere(join(parent, name));
  }
}

function nameOf(step: number): string {
  return `step-${String(step).padStart(8, "0")}`;
}

function isName(name: string): boolean {
  return /^step-\d{8,}$/.test(name);
}

async function names(directory: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name } of Deno.readDir(directory)) found.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}
