/**
 * The Deno permissions of everything that the tasks start, once: each is given
 * what it needs, and asked for nothing at run time.
 *
 * @module
 */

import { dataDirectory } from "../config.ts";

const LOCAL = "127.0.0.1,localhost,[::1]";

/**
 * Vite: reads sources, writes `_fresh`, runs esbuild, loads rollup; as the
 * development server it keeps training runs.
 */
export const VITE: readonly string[] = [
  "--no-prompt",
  "--allow-read",
  `--allow-write=${[".", ...data()].join()}`,
  "--allow-env",
  "--allow-run",
  "--allow-ffi",
  "--allow-sys",
  `--allow-net=${LOCAL}`,
];

/** Tests: servers on the loopback, tools, temporary folders, the library. */
export const TEST: readonly string[] = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-run",
  "--allow-ffi",
  "--allow-sys",
  `--allow-net=${LOCAL}`,
];

/**
 * The command line: models anywhere, the library; nothing is written but, on a
 * Mac, what the GPU's self-test found.
 */
export const CLI: readonly string[] = [
  "--no-prompt",
  "--allow-read",
  "--allow-env",
  "--allow-ffi",
  "--allow-sys",
  ...(Deno.build.os === "darwin" ? data() : [])
    .map((path) => `--allow-write=${path}`),
];

/** The command line's verbs that write files where they are told to. */
export const WRITING_CLI: readonly string[] = [...CLI, "--allow-write"];

/** The verbs that need {@linkcode WRITING_CLI}. */
export const WRITING_VERBS: readonly string[] = ["train", "train-tokenizer"];

/** The programs of `examples/` that need {@linkcode WRITING_CLI}. */
export const WRITING_EXAMPLES: readonly string[] = ["04_fine_tuning"];

/** The bench: a model in the temporary folder, a server on the loopback. */
export const BENCH: readonly string[] = [
  ...CLI,
  `--allow-write=${Deno.env.get("TMPDIR") || "/tmp"}`,
  "--allow-net=127.0.0.1",
];

/**
 * The server: the command line, the one address that it is asked for, and the
 * folder of the training runs.
 */
export function server(args: readonly string[]): readonly string[] {
  const host = askedHost(args) ?? (Deno.env.get("HOST") || "127.0.0.1");
  return [
    ...CLI,
    `--allow-net=${host.includes(":") ? `[${host}]` : host}`,
    ...data().map((path) => `--allow-write=${path}`),
  ];
}

/** Where training runs are kept; nowhere for a user without a home. */
function data(): string[] {
  try {
    // A comma would end the path.
    return [dataDirectory().replaceAll(",", ",,")];
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return [];
    throw error;
  }
}

function askedHost(args: readonly string[]): string | undefined {
  const joined = args.findLast((arg) => arg.startsWith("--host="));
  if (joined !== undefined) return joined.slice("--host=".length);
  const at = args.lastIndexOf("--host");
  return at < 0 ? undefined : args[at + 1];
}
