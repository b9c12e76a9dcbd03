import { join } from "node:path";
import { MambaError } from "../../api/mamba_error.ts";
import { cacheDirectory } from "../../config.ts";

/** The version of node-llama-cpp whose llama.cpp is measured. */
export const NODE_LLAMA_CPP = "3.22.1";

/** An installed llama.cpp. */
export interface InstalledLlama {
  /** Where its shared libraries are. */
  directory: string;
  /** Its release, and the package that brought it. */
  version: string;
}

const PLATFORMS: Readonly<Record<string, string>> = {
  "linux x86_64": "linux-x64",
  "linux aarch64": "linux-arm64",
  "darwin aarch64": "mac-arm64-metal",
  "darwin x86_64": "mac-x64",
};

/**
 * The package of node-llama-cpp with the libraries for a platform. It alone is
 * installed: the main package would bring those for every kind of GPU too.
 *
 * @throws {MambaError} `unsupported` for a platform without one
 */
export function llamaPackage(
  os: string = Deno.build.os,
  arch: string = Deno.build.arch,
): string {
  const platform = PLATFORMS[`${os} ${arch}`];
  if (platform !== undefined) return `@node-llama-cpp/${platform}`;
  throw new MambaError(
    "unsupported",
    `Cannot measure llama.cpp: node-llama-cpp has none for ${os} on ${arch}`,
    { hint: "Leave --peers out." },
  );
}

/** llama.cpp, if it is in the cache already. */
export async function findLlama(): Promise<InstalledLlama | undefined> {
  const installed = join(llamaFolder(), "node_modules", llamaPackage());
  const complete = await isThere(join(installed, "package.json"));
  return complete ? await findLibraries(installed) : undefined;
}

/**
 * Installs llama.cpp from npm into the cache.
 *
 * @throws {MambaError} `unsupported`, also when npm cannot be reached
 */
export async function installLlama(): Promise<InstalledLlama> {
  await install(llamaPackage(), llamaFolder());
  const found = await findLlama();
  if (found !== undefined) return found;
  throw failed(llamaPackage(), "it is not there afterwards", {
    hint: `Remove ${llamaFolder()} and try again.`,
  });
}

/** Where llama.cpp is kept between runs. */
export function llamaFolder(): string {
  const name = `node-llama-cpp-${NODE_LLAMA_CPP}`;
  return join(cacheDirectory(), "peers", name);
}

async function install(name: string, folder: string): Promise<void> {
  if (Deno.build.standalone) {
    throw failed(name, "an executable has no `deno install`", {
      hint: "Measure peers in a checkout: deno task bench --peers",
    });
  }
  await Deno.mkdir(folder, { recursive: true });
  const dependencies = { [name]: NODE_LLAMA_CPP };
  await Deno.writeTextFile(
    join(folder, "package.json"),
    JSON.stringify({ private: true, dependencies }),
  );
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--no-lock"],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  const lines = new TextDecoder().decode(stderr).split("\n");
  const reason = lines.find((line) => line.startsWith("error:")) ?? lines[0];
  throw failed(name, reason?.replace(/^error:\s*/, "") ?? "it failed", {
    hint: "Check the network and NPM_CONFIG_REGISTRY, or leave --peers out.",
  });
}

function failed(name: string, reason: string, { hint }: { hint: string }) {
  return new MambaError("unsupported", `Cannot install ${name}: ${reason}`, {
    hint,
  });
}

/** The one folder of a package's libraries, and what they were built from. */
async function findLibraries(installed: string): Promise<InstalledLlama> {
  const bins = join(installed, "bins");
  for await (const { name } of Deno.readDir(bins)) {
    const metadata = join(bins, name, "_nlcBuildMetadata.json");
    if (!await isThere(metadata)) continue;
    const { buildOptions } = JSON.parse(await Deno.readTextFile(metadata));
    const release = buildOptions?.llamaCpp?.release ?? "of unknown release";
    return {
      directory: await Deno.realPath(join(bins, name)),
      version: `${release} (node-llama-cpp ${NODE_LLAMA_CPP})`,
    };
  }
  throw new MambaError(
    "unsupported",
    `Cannot use ${installed}: it has no libraries`,
    {
      hint: "Remove that folder and try again.",
    },
  );
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
