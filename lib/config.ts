/**
 * Every environment variable, default and path of the library, once.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { homedir } from "node:os";

/** The version of this package, as `deno.json` has it (a test compares). */
export const VERSION = "0.1.0";

/** The environment variables that Fresh Mamba reads, with what they do. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  HOST: "address that the server listens on (default 127.0.0.1)",
  PORT: "port that the server listens on (default 8000, 0 = any free one)",
  MAMBA_MODELS: "directories with models, separated like PATH",
  MAMBA_LIBRARY: "path of libmamba, instead of looking for it",
  MAMBA_DEVICE: "auto, metal, cpu or reference (default auto)",
  MAMBA_THREADS: "threads of the cpu device (default: all cores)",
  MAMBA_MODEL_MEMORY:
    "what loaded models may take, as in 8GB or 50%, before idle ones are unloaded (default 60%)",
  MAMBA_SELF_TEST:
    "off: use the GPU untested; always: test it in every process (default: once for each library, system and GPU)",
  MAMBA_SIMD: "avx512 or avx2: force the cpu device's instructions",
  HF_HOME: "folder of the Hugging Face tools (default ~/.cache/huggingface)",
  HF_HUB_CACHE: "folder of the downloaded models (default hub/ in HF_HOME)",
  HF_ENDPOINT: "where models come from (default https://huggingface.co)",
  HF_TOKEN: "token for models that are not public (default: that of HF_HOME)",
  HF_HUB_OFFLINE: "1: nothing is downloaded, only what is there is used",
  MAMBA_HISTORY: "off: the pages keep no history of their runs (default on)",
};

/** The value of an environment variable; undefined if unset, empty or not permitted. */
export function environment(name: string): string | undefined {
  try {
    return Deno.env.get(name) || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** The file name of the native library on this system. */
export function libraryFileName(os: typeof Deno.build.os = Deno.build.os) {
  return os === "darwin" ? "libmamba.dylib" : "libmamba.so";
}

/**
 * The directories from which files of the project are looked for, nearest
 * first: upwards from this module, from the working directory and from the
 * executable. After a build this module lies below `_fresh/server/`, in a
 * bundle beside the launcher, in a compiled binary in a virtual directory; so
 * a place relative to the module alone does not do.
 */
export function searchRoots(): string[] {
  const starts: string[] = [];
  if (import.meta.url.startsWith("file:")) {
    starts.push(dirname(fileURLToPath(import.meta.url)));
  }
  for (const start of [() => Deno.cwd(), () => dirname(Deno.execPath())]) {
    try {
      starts.push(start());
    } catch {
      // Not permitted, or the working directory is gone: one start less.
    }
  }
  const roots = new Set<string>();
  for (const start of starts) {
    let directory = resolve(start);
    for (;;) {
      roots.add(directory);
      const parent = dirname(directory);
      if (parent === directory) break;
      directory = parent;
    }
  }
  return [...roots];
}

/**
 * The native library's path, or undefined with the places that were tried.
 * `MAMBA_LIBRARY` goes first and is not checked: a wrong one must be told.
 */
export function findLibrary(): { path: string | undefined; tried: string[] } {
  const forced = environment("MAMBA_LIBRARY");
  if (forced !== undefined) return { path: resolve(forced), tried: [forced] };
  const name = libraryFileName();
  const tried: string[] = [];
  for (const root of searchRoots()) {
    for (const path of [join(root, "metal", "build", name), join(root, name)]) {
      if (isFile(path)) return { path, tried };
      tried.push(path);
    }
  }
  return { path: undefined, tried };
}

/** A directory of the project (`models`, `tests/fixtures`, …), if it is there. */
export function findProjectDirectory(name: string): string | undefined {
  for (const root of searchRoots()) {
    // The project's own, not a directory of that name somewhere above.
    const marked = existsSafely(join(root, "deno.json")) ||
      existsSafely(join(root, "fresh-mamba.json"));
    if (marked && existsSafely(join(root, name))) return join(root, name);
  }
  return undefined;
}

/** The directories below which every model directory is offered. */
export function modelDirectories(): string[] {
  const listed = environment("MAMBA_MODELS");
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const own = findProjectDirectory("models");
  return [
    ...(own === undefined ? [] : [own]),
    ...(listed?.split(separator).filter((part) => part !== "") ?? [])
      .map((part) => resolve(part)),
  ];
}

/** Where files that are worth keeping between runs may be written. */
export function dataDirectory(): string {
  const base = environment("XDG_DATA_HOME");
  if (base !== undefined) return join(base, "fresh-mamba");
  const home = userHome();
  return Deno.build.os === "darwin"
    ? join(home, "Library", "Application Support", "fresh-mamba")
    : join(home, ".local", "share", "fresh-mamba");
}

/** Where files may be written that can be had again. */
export function cacheDirectory(): string {
  const base = environment("XDG_CACHE_HOME");
  if (base !== undefined) return join(base, "fresh-mamba");
  const home = userHome();
  return Deno.build.os === "darwin"
    ? join(home, "Library", "Caches", "fresh-mamba")
    : join(home, ".cache", "fresh-mamba");
}

/** Where the server keeps its training runs, one folder each. */
export function runsDirectory(): string {
  return join(dataDirectory(), "runs");
}

/** Where the server's benchmarks make files that go with them. */
export function benchmarkDirectory(): string {
  return join(dataDirectory(), "benchmark");
}

/** Where the tools of Hugging Face keep their files. */
export function hubHome(): string {
  const home = environment("HF_HOME");
  if (home !== undefined) return resolve(expandHome(home));
  const cache = environment("XDG_CACHE_HOME");
  return join(
    cache === undefined ? join(userHome(), ".cache") : resolve(cache),
    "huggingface",
  );
}

/** The cache of models that these tools share with this project. */
export function hubCacheDirectory(): string {
  // The second is the name that it had before.
  const named = environment("HF_HUB_CACHE") ??
    environment("HUGGINGFACE_HUB_CACHE");
  return named === undefined
    ? join(hubHome(), "hub")
    : resolve(expandHome(named));
}

/** Where models are downloaded from, without a slash at its end. */
export function hubEndpoint(): string {
  const endpoint = environment("HF_ENDPOINT") ?? "https://huggingface.co";
  return endpoint.replace(/\/+$/, "");
}

/** Whether the user has forbidden to ask the hub. */
export function hubIsOffline(): boolean {
  const value = environment("HF_HUB_OFFLINE") ?? "";
  return ["1", "on", "yes", "true"].includes(value.toLowerCase());
}

/** The file in which `hf auth login` leaves the user's token. */
export function hubTokenFile(): string {
  const path = environment("HF_TOKEN_PATH");
  return path === undefined
    ? join(hubHome(), "token")
    : resolve(expandHome(path));
}

function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/")
    ? join(userHome(), path.slice(1))
    : path;
}

function userHome(): string {
  // Asked for first because it needs no permission of its own.
  return environment("HOME") ?? homedir();
}

/** The file of the pages' history; undefined where none is wanted. */
export function historyFile(): string | undefined {
  return environment("MAMBA_HISTORY") === "off"
    ? undefined
    : join(dataDirectory(), "history.sqlite");
}

function existsSafely(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
