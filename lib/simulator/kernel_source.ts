import { dirname, join, relative } from "node:path";
import { ROOT } from "../tasks/project.ts";
import { TaskError } from "../tasks/task_error.ts";
import type { Place } from "./finding.ts";

/** A kernel file with the text of its headers in it. */
export interface KernelSource {
  /** The file that it was made from, as a path from the root. */
  path: string;
  /** What Metal compiles; every line ends with "\n". */
  text: string;
  /** 64-bit FNV-1a of the text in UTF-8: what the library is known by. */
  hash: bigint;
  /** Where each line of the text comes from. */
  places: Place[];
}

/** Reads a file as text, given its path. */
export type ReadText = (path: string) => Promise<string>;

/**
 * Puts the headers of a kernel file in place of its `#include` lines. The Metal
 * host does the same in C++ (`metal/backend/metal/kernel_source.cpp`) and both
 * must give the same bytes, so the rule is on whole lines. In order, a line
 * whose text without blanks around it
 *
 * 1. begins with `#include "` becomes the expanded text of the file of that
 *    name beside the kernel file, or nothing if that file is in the text
 *    already;
 * 2. is `#pragma once` is left out;
 * 3. is `#include <metal_stdlib>` is left out if it is not the first of these;
 * 4. is anything else is copied, and ends with "\n".
 *
 * @param path of the kernel file
 * @throws {TaskError} if a file is not there
 */
export async function expandKernel(
  path: string,
  read: ReadText = Deno.readTextFile,
): Promise<KernelSource> {
  const expansion = new Expansion(read);
  await expansion.add(path);
  const text = expansion.lines.map((line) => `${line}\n`).join("");
  return {
    path: fromRoot(path),
    text,
    hash: fnv1a(new TextEncoder().encode(text)),
    places: expansion.places,
  };
}

const INCLUDE = '#include "';
const LIBRARY = "#include <metal_stdlib>";

class Expansion {
  readonly lines: string[] = [];
  readonly places: Place[] = [];
  readonly #included = new Set<string>();
  readonly #read: ReadText;
  #hasLibrary = false;

  constructor(read: ReadText) {
    this.#read = read;
  }

  async add(path: string, from?: Place) {
    if (this.#included.has(path)) return;
    this.#included.add(path);
    const lines = (await this.#textOf(path, from)).split("\n");
    if (lines.at(-1) === "") lines.pop();
    for (const [index, line] of lines.entries()) {
      const place = { file: fromRoot(path), line: index + 1 };
      const bare = line.replace(/^[ \t\r]+|[ \t\r]+$/g, "");
      if (bare.startsWith(INCLUDE)) {
        const name = bare.slice(INCLUDE.length).split('"', 1)[0]!;
        await this.add(join(dirname(path), name), place);
        continue;
      }
      if (bare === "#pragma once") continue;
      if (bare === LIBRARY && this.#hasLibrary) continue;
      this.#hasLibrary ||= bare === LIBRARY;
      this.lines.push(line);
      this.places.push(place);
    }
  }

  async #textOf(path: string, from: Place | undefined): Promise<string> {
    try {
      return await this.#read(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      const where = from === undefined ? "" : `${from.file}:${from.line}: `;
      throw new TaskError(
        `${where}Cannot read ${fromRoot(path)}: there is no such file.`,
        "Headers of kernels lie beside them and are named without a folder.",
      );
    }
  }
}

function fromRoot(path: string): string {
  const inside = relative(ROOT, path).replaceAll("\\", "/");
  return inside.startsWith("..") ? path : inside;
}

/** The 64-bit FNV-1a hash. */
function fnv1a(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash;
}
