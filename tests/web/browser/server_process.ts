import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A server in a process of its own, started as a person starts it. */
export interface ServerProcess extends AsyncDisposable {
  /** Its address, with a slash at the end. */
  readonly url: string;
  /** Ends it. */
  stop(): Promise<void>;
}

/** Options of {@linkcode startServer}. */
export interface ServerProcessOptions {
  /** 0 takes any free one. @default 0 */
  port?: number;
  /** Environment variables beside those of this process. */
  env?: Record<string, string>;
}

/** Runs `deno task start`, which builds what is not built, and waits for it. */
export async function startServer(
  options: ServerProcessOptions = {},
): Promise<ServerProcess> {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  // Without `deno task` between: it would not pass our signals on.
  const [, ...args] = (tasks.start.command as string).split(" ");
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: {
      HOST: "127.0.0.1",
      PORT: String(options.port ?? 0),
      // A server takes up training runs: not those of whoever runs the tests.
      XDG_DATA_HOME: join(tmpdir(), "fresh-mamba-tests-have-no-runs"),
      ...options.env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let stopped: Promise<void> | undefined;
  const stop = () => stopped ??= stopChild(child);
  try {
    const url = await readAddress(child);
    return { url, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopChild(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGTERM");
  } catch {
    // It has ended already.
  }
  await child.status;
}

/** The address that the server prints when it listens. */
async function readAddress(child: Deno.ChildProcess): Promise<string> {
  const [lines, rest] = child.stdout.tee();
  let printed = "";
  for await (const text of lines.pipeThrough(new TextDecoderStream())) {
    printed += text;
    const [url] = printed.match(/http:\/\/[\d.:]+\/(?=\s)/) ?? [];
    if (url === undefined) continue;
    // Whatever it prints later must not fill the pipe.
    void rest.pipeTo(new WritableStream()).catch(() => {});
    return url;
  }
  throw new Error(`Cannot start the server; it printed: ${printed}`);
}
