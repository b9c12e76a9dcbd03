import { capture } from "./process.ts";
import { configurationFile } from "./configuration.ts";
import { chooseMode, INSTALLED, type Mode, readInstalled } from "./mode.ts";
import { digest, inProject, readTextIfThere, tell } from "./project.ts";
import { writeWhole } from "./project.ts";
import { TaskError } from "./task_error.ts";

/** A checkout that is ready to run Deno in. */
export interface Prepared {
  mode: Mode;
  /** The configuration file to give to every `deno` command. */
  config: string;
}

/** Options of {@linkcode prepare}. */
export interface PrepareOptions {
  /** Say which Fresh is used. Default: true. */
  announce?: boolean;
}

/** Chooses the mode, writes its configuration and installs its packages. */
export async function prepare(
  { announce = true }: PrepareOptions = {},
): Promise<Prepared> {
  const { mode, reason } = await chooseMode();
  const config = await configurationFile(mode);
  const fresh = mode === "jsr" ? "from JSR" : "from npm_only/";
  if (announce) tell(`Fresh: ${fresh} (${reason})`);

  const installed = await readInstalled();
  const key = await installKey(mode, config);
  if (installed?.mode !== mode || installed.key !== key) {
    await install(mode, config);
    // Once more: installing may have written the lock file.
    const done = { mode, key: await installKey(mode, config) };
    await writeWhole(INSTALLED, JSON.stringify(done));
  }
  return { mode, config };
}

/** What the installed packages depend on. */
async function installKey(mode: Mode, config: string): Promise<string> {
  return digest([
    Deno.version.deno,
    await Deno.readTextFile(config),
    await readTextIfThere(lockFile(mode)) ?? "",
  ]);
}

function lockFile(mode: Mode): string {
  return mode === "npm"
    ? inProject("npm_only", "deno.lock")
    : inProject("deno.jsr.lock");
}

async function install(mode: Mode, config: string) {
  tell("Installing packages …");
  const frozen = mode === "npm" && Deno.env.get("CI") === "true";
  const { code, stderr } = await capture(Deno.execPath(), [
    "install",
    "--quiet",
    `--config=${config}`,
    ...(frozen ? ["--frozen"] : []),
  ]);
  if (code === 0) return;
  throw new TaskError(
    `Cannot install packages: ${lastReason(stderr)}`,
    mode === "jsr"
      ? "Check the network and JSR_URL, or set FRESH=npm to need npm only."
      : "Check the network and NPM_CONFIG_REGISTRY; what was once installed needs no network.",
  );
}

/** The line of Deno's complaint that says what happened. */
function lastReason(stderr: string): string {
  // deno-lint-ignore no-control-regex
  const plain = stderr.replaceAll(/\x1b\[[0-9;]*m/g, "");
  const lines = plain.split("\n").map((line) => line.trim());
  return lines.find((line) => line.startsWith("error:"))
    ?.slice("error:".length).trim() ?? "deno install failed";
}
