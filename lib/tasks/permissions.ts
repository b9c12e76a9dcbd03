/**
 * The Deno permissions of everything that the tasks start, once: each is given
 * what it needs, and asked for nothing at run time.
 *
 * @module
 */

import {
  cacheDirectory,
  dataDirectory,
  environment,
  hubCacheDirectory,
} from "../config.ts";

const LOCAL = "127.0.0.1,localhost,[::1]";

/** Hugging Face's hub and the hosts that it keeps large files on. */
const HUB_HOSTS = "huggingface.co,*.huggingface.co,*.hf.co";

/**
 * Vite: reads sources, writes `_fresh`, runs esbuild, loads rollup; as the
 * development server it keeps training runs and downloads models.
 */
export const VITE: readonly string[] = [
  "--no-prompt",
  "--allow-read",
  `--allow-write=${[".", ...data(), ...hubCache()].join()}`,
  "--allow-env",
  "--allow-run",
  "--allow-ffi",
  "--allow-sys",
  hubNetwork(LOCAL),
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
  ...mayWrite(Deno.build.os === "darwin" ? data() : []),
];

/** The command line's verbs that write files where they are told to. */
export const WRITING_CLI: readonly string[] = [...CLI, "--allow-write"];

/** The verbs that need {@linkcode WRITING_CLI}. */
export const WRITING_VERBS: readonly string[] = [
  "convert",
  "train",
  "train-tokenizer",
];

/** The programs of `examples/` that need {@linkcode WRITING_CLI}. */
export const WRITING_EXAMPLES: readonly string[] = ["04_fine_tuning"];

/**
 * The network of a download, beside other addresses. Another hub
 * (`HF_ENDPOINT`) keeps its files wherever it likes, which is known only when
 * it says so.
 */
function hubNetwork(...others: readonly string[]): string {
  return environment("HF_ENDPOINT") === undefined
    ? `--allow-net=${[...others, HUB_HOSTS].join()}`
    : "--allow-net";
}

/**
 * The bench: a model in the temporary folder, a server on the loopback, other
 * engines in the cache, and Deno to install them and to load models.
 */
export const BENCH: readonly string[] = [
  ...CLI,
  `--allow-write=${
    [Deno.env.get("TMPDIR") || "/tmp", ...folderOf(cacheDirectory)].join()
  }`,
  "--allow-net=127.0.0.1",
  `--allow-run=${Deno.execPath()}`,
];

/** A verb of the command line, but for `serve`. */
export function cli(
  [verb = "", ...args]: readonly string[],
): readonly string[] {
  if (verb === "bench") return BENCH;
  // Links may be made only by those who may write everywhere.
  if (verb === "pull") return [...WRITING_CLI, hubNetwork()];
  const changesCache = verb === "rm" ||
    (verb === "verify" && args.includes("--repair"));
  if (changesCache) return [...CLI, ...mayWrite(hubCache())];
  return WRITING_VERBS.includes(verb) ? WRITING_CLI : CLI;
}

/**
 * The server: the command line, the one address that it is asked for, the
 * hub's, and the folders of the training runs and of the downloads.
 */
export function server(args: readonly string[]): readonly string[] {
  const host = askedHost(args) ?? (Deno.env.get("HOST") || "127.0.0.1");
  return [
    ...CLI,
    hubNetwork(host.includes(":") ? `[${host}]` : host),
    ...mayWrite([...data(), ...hubCache()]),
  ];
}

/** Where training runs are kept; nowhere for a user without a home. */
function data(): string[] {
  return folderOf(dataDirectory);
}

/** The cache that downloads go into. */
function hubCache(): string[] {
  return folderOf(hubCacheDirectory);
}

function folderOf(find: () => string): string[] {
  try {
    return [escapePath(find())];
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return [];
    throw error;
  }
}

function mayWrite(folders: readonly string[]): string[] {
  return folders.map((path) => `--allow-write=${path}`);
}

/** A comma would end the path. */
function escapePath(path: string): string {
  return path.replaceAll(",", ",,");
}

function askedHost(args: readonly string[]): string | undefined {
  const joined = args.findLast((arg) => arg.startsWith("--host="));
  if (joined !== undefined) return joined.slice("--host=".length);
  const at = args.lastIndexOf("--host");
  return at < 0 ? undefined : args[at + 1];
}
