import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { MambaError } from "../api/mamba_error.ts";
import { closeBenchmarks } from "../bench/shared_benchmarks.ts";
import { environment, findProjectDirectory } from "../config.ts";
import { memoryLimit } from "../engine/memory_limit.ts";
import { sharedEngine } from "../engine/shared_engine.ts";
import { sharedPulls } from "../hub/mod.ts";
import { sharedRuns } from "../training/shared_runs.ts";
import { noteFallback } from "./device_flags.ts";
import { INTERRUPTED, type Terminal } from "./terminal.ts";
import { isLoopback, refuseForeignName } from "./own_names.ts";
import { UsageError } from "./usage_error.ts";
import { defineVerb } from "./verb.ts";

/** How long answers under way may take to end, in milliseconds. */
const PATIENCE = 2000;
/** How long the step and the checkpoint of a training run may take to end. */
const TRAINING_PATIENCE = 30_000;

/** `serve`: the pages and the API on one address. */
export const serve = defineVerb({
  name: "serve",
  summary: "Serve the playground and the API",
  positionals: {},
  flags: {
    host: {
      type: "string",
      description: "address to listen on",
      default: "HOST, or 127.0.0.1",
    },
    port: {
      type: "integer",
      min: 0,
      max: 65535,
      description: "port to listen on, 0 for any free one",
      default: "PORT, or 8000",
    },
  },
  details: [
    "Ctrl-C ends it. An address other than 127.0.0.1 lets others in: there " +
    "is no password.",
  ],
  examples: ["serve", "serve --port 9000"],
  async run({ flags, terminal }) {
    const hostname = flags.host ?? environment("HOST") ?? "127.0.0.1";
    const port = flags.port ?? portFromEnvironment();
    // A wrong value is told now, not at the first request.
    memoryLimit();
    const pages = await loadPages();
    noteFallbackIfAny(terminal);
    const fetch: Fetch = isLoopback(hostname)
      ? (request, info) => refuseForeignName(request) ?? pages(request, info)
      : pages;
    return await listen({ hostname, port, fetch, terminal });
  },
});

/** Without a library the page says so: that does not stop the server. */
function noteFallbackIfAny(terminal: Terminal): void {
  try {
    noteFallback(terminal);
  } catch (error) {
    if (!(error instanceof MambaError)) throw error;
    terminal.note(`warning: ${error.message}`);
  }
}

type Fetch = (
  request: Request,
  info: Deno.ServeHandlerInfo,
) => Response | Promise<Response>;

interface ListenOptions {
  hostname: string;
  port: number;
  fetch: Fetch;
  terminal: Terminal;
}

function portFromEnvironment(): number {
  const text = environment("PORT") ?? "8000";
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new UsageError(
    `Cannot serve: PORT=${text} is not a port`,
    "Set PORT to a number from 0 to 65535.",
  );
}

/** The built pages; whatever Fresh made them has the same default export. */
async function loadPages(): Promise<Fetch> {
  const directory = findProjectDirectory("_fresh");
  if (directory === undefined) {
    throw new MambaError(
      "not_found",
      "Cannot serve: the pages are not built",
      { hint: "Run `deno task start`, which builds them." },
    );
  }
  const url = pathToFileURL(join(directory, "server.js")).href;
  const module: { default: { fetch: Fetch } } = await import(url);
  return module.default.fetch;
}

async function listen(options: ListenOptions): Promise<number> {
  const { hostname, port, fetch, terminal } = options;
  using interrupt = terminal.catchInterrupt();
  const stop = new AbortController();
  let code = 0;
  interrupt.signal.addEventListener("abort", () => {
    code = INTERRUPTED;
    stop.abort();
  });
  const terminate = () => stop.abort();
  Deno.addSignalListener("SIGTERM", terminate);
  try {
    const server = open({ hostname, port, signal: stop.signal }, fetch);
    const { port: bound } = server.addr as Deno.NetAddr;
    await terminal.write(`Fresh Mamba is at ${addressOf(hostname, bound)}\n`);
    await aborted(stop.signal);
    // A run that is not done by then goes on from its last checkpoint.
    const saved = atMost(TRAINING_PATIENCE, sharedRuns().close());
    // Closing the engine ends the answers that are still being written.
    const answered = Promise.all([
      sharedPulls().close(),
      sharedEngine().close(),
      server.finished,
    ]);
    const measured = atMost(PATIENCE, closeBenchmarks());
    await Promise.all([saved, measured, atMost(PATIENCE, answered)]);
    return code;
  } finally {
    Deno.removeSignalListener("SIGTERM", terminate);
  }
}

function open(
  options: { hostname: string; port: number; signal: AbortSignal },
  fetch: Fetch,
): Deno.HttpServer {
  const { hostname, port } = options;
  try {
    return Deno.serve({ ...options, onListen: () => {} }, fetch);
  } catch (error) {
    const place = `${hostname}:${port}`;
    if (error instanceof Deno.errors.AddrInUse) {
      throw new MambaError("busy", `Cannot serve: ${place} is in use`, {
        hint: `Stop the program that has it, or choose another port: PORT=${
          port === 65535 ? 8000 : port + 1
        }.`,
        cause: error,
      });
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new MambaError("permission", `Cannot serve: ${place} is denied`, {
        hint: "Choose a port from 1024 on, such as PORT=8000.",
        cause: error,
      });
    }
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new MambaError(
      "invalid_argument",
      `Cannot serve: ${place} is no address of this machine`,
      { hint: "Leave HOST out, or set it to 127.0.0.1.", cause: error },
    );
  }
}

function addressOf(hostname: string, port: number): string {
  if (hostname === "0.0.0.0" || hostname === "::") {
    return `http://localhost:${port}/, and at every address of this machine`;
  }
  return `http://${
    hostname.includes(":") ? `[${hostname}]` : hostname
  }:${port}/`;
}

async function atMost(
  milliseconds: number,
  work: Promise<unknown>,
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, tooLate]);
  clearTimeout(timer);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
}
