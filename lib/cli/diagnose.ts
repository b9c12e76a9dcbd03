import { existsSync, readFileSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import type { ModelInfo } from "../api/model_info.ts";
import {
  dataDirectory,
  environment,
  findLibrary,
  findProjectDirectory,
  hubCacheDirectory,
  modelDirectories,
  VERSION,
} from "../config.ts";
import { Engine } from "../engine/engine.ts";
import { type DeviceInfo, listDevices } from "../native/device.ts";
import { openLibrary } from "../native/library.ts";

/** A permission, what it is for, and whether Deno gave it. */
export interface PermissionReport {
  name: Deno.PermissionName;
  purpose: string;
  /** Whether computing needs it, not only some verbs or tasks. */
  required: boolean;
  state: Deno.PermissionState;
}

/** Everything that is worth knowing when something does not work. */
export interface Diagnosis {
  versions: Record<"freshMamba" | "deno" | "v8" | "typescript", string>;
  system: { os: string; arch: string; standalone: boolean };
  library: {
    path?: string;
    abiVersion?: number;
    error?: string;
    hint?: string;
  };
  devices: DeviceInfo[];
  /** Why the devices could not be listed. */
  devicesError?: string;
  permissions: PermissionReport[];
  directories: { models: string[]; data?: string; downloads?: string };
  models: ModelInfo[];
  /** Programs that only building and testing need; undefined = not found. */
  tools: { compiler?: string; chromium?: string };
  /** Which Fresh is installed in this checkout: `npm` or `jsr`. */
  fresh?: string;
}

const PERMISSIONS: readonly Omit<PermissionReport, "state">[] = [
  { name: "read", required: true, purpose: "models, the library, the pages" },
  { name: "ffi", required: true, purpose: "the native library" },
  { name: "env", required: true, purpose: "environment variables" },
  { name: "sys", required: true, purpose: "the home directory, the processor" },
  { name: "net", required: false, purpose: "serving the pages, pull" },
  { name: "write", required: false, purpose: "saving models, measuring" },
  { name: "run", required: false, purpose: "building the library" },
];

const COMPILERS = ["c++", "clang++", "g++"];
const BROWSERS = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Looks at this machine. What cannot be found out is told, not thrown. */
export async function diagnose(): Promise<Diagnosis> {
  const data = ifPermitted(dataDirectory);
  const downloads = ifPermitted(hubCacheDirectory);
  const fresh = freshMode();
  // CXX may carry arguments.
  const asked = environment("CXX")?.split(/\s+/)[0];
  const compiler = findProgram(asked === undefined ? COMPILERS : [asked]);
  const browser = environment("CHROMIUM_PATH");
  const chromium = findProgram(browser === undefined ? BROWSERS : [browser]);
  return {
    versions: {
      freshMamba: VERSION,
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      typescript: Deno.version.typescript,
    },
    system: {
      os: Deno.build.os,
      arch: Deno.build.arch,
      standalone: Deno.build.standalone,
    },
    library: describeLibrary(),
    ...describeDevices(),
    permissions: PERMISSIONS.map((permission) => ({
      ...permission,
      state: Deno.permissions.querySync({ name: permission.name }).state,
    })),
    directories: {
      models: modelDirectories(),
      ...(data === undefined ? {} : { data }),
      ...(downloads === undefined ? {} : { downloads }),
    },
    models: await listModels(),
    tools: {
      ...(compiler === undefined ? {} : { compiler }),
      ...(chromium === undefined ? {} : { chromium }),
    },
    ...(fresh === undefined ? {} : { fresh }),
  };
}

function describeLibrary(): Diagnosis["library"] {
  const { path } = findLibrary();
  try {
    const { path, abiVersion } = openLibrary();
    return { path, abiVersion };
  } catch (error) {
    if (!(error instanceof MambaError)) throw error;
    return {
      ...(path === undefined ? {} : { path }),
      error: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  }
}

function describeDevices(): Pick<Diagnosis, "devices" | "devicesError"> {
  try {
    return { devices: listDevices() };
  } catch (error) {
    if (!(error instanceof MambaError)) throw error;
    return { devices: [], devicesError: error.message };
  }
}

async function listModels(): Promise<ModelInfo[]> {
  await using engine = Engine.open();
  return await engine.listModels();
}

function freshMode(): string | undefined {
  const modules = findProjectDirectory("node_modules");
  if (modules === undefined) return undefined;
  try {
    const installed = readFileSync(join(modules, ".fresh-mamba.json"), "utf8");
    return (JSON.parse(installed) as { mode?: string }).mode;
  } catch {
    return undefined;
  }
}

/** The first of the programs that is there, on PATH or at its own path. */
function findProgram(names: readonly string[]): string | undefined {
  const folders = (environment("PATH") ?? "").split(delimiter);
  return names.flatMap((name) =>
    isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name))
  ).find((path) => existsSync(path));
}

function ifPermitted<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
