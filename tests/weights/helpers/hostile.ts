import { basename, join } from "node:path";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import { MambaError } from "../../../lib/api/mamba_error.ts";
import { openCheckpoint } from "../../../lib/weights/mod.ts";

/** A directory that somebody may try to load, and what must happen. */
export interface HostileCase {
  dir: string;
  expect: "load" | "reject" | "either";
  why: string;
}

/** The list of hostile directories. */
export interface HostileManifest {
  /** Files that appear if anything of a payload runs. */
  marker_files: string[];
  cases: HostileCase[];
}

/** Reads `manifest.json`. */
export function readManifest(directory: string): HostileManifest {
  return JSON.parse(Deno.readTextFileSync(join(directory, "manifest.json")));
}

/** After so many milliseconds a refusal counts as one that hangs. */
const SOON = 30_000;

/** Loads a case, all weights included, and compares with what must happen. */
export async function assertHostileCase(
  directory: string,
  { dir, expect }: HostileCase,
  markerFiles: readonly string[],
): Promise<void> {
  const path = join(directory, dir);
  const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
  const start = performance.now();
  let error: unknown;
  try {
    const { tensors } = await openCheckpoint(path);
    for (const tensor of tensors) {
      assertEquals((await tensor.read()).length, tensor.byteLength);
    }
  } catch (caught) {
    error = caught;
  }
  assertLess(performance.now() - start, SOON);
  assertEquals(
    JSON.stringify(Object.getOwnPropertyNames(Object.prototype)),
    before,
  );
  for (const file of markerFiles) assert(!exists(file), `${file} appeared`);
  if (error === undefined) return assert(expect !== "reject", "it loaded");
  assert(expect !== "load", String(error));
  assertInstanceOf(error, MambaError);
  assertStringIncludes(error.message, `Cannot load ${path}`);
  assert(
    [...Deno.readDirSync(path)].some(({ name }) =>
      error.message.includes(basename(name))
    ),
  );
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
