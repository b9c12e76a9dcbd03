import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { PullEvent } from "../../lib/api/pull_event.ts";
import { finish, ROOT, start } from "../cli/cli_process.ts";
import { LoopbackHub } from "../helpers/loopback_hub/loopback_hub.ts";
import {
  etagOf,
  noise,
  stateSpacesModel,
  tokenizerRepository,
} from "../helpers/loopback_hub/repositories.ts";
import { pull, withCache } from "./cache_folder.ts";

const MODEL = "state-spaces/mamba-130m";
const WEIGHTS = "pytorch_model.bin";
const CONTENT = noise(200_000);

function startHub(): LoopbackHub {
  return LoopbackHub.start({
    repositories: [stateSpacesModel(MODEL, CONTENT), tokenizerRepository()],
  });
}

function startChild(hub: LoopbackHub, cache: string): Deno.ChildProcess {
  return start(`${ROOT}tests/hub/pull_child.ts`, {
    args: [hub.endpoint, cache, MODEL],
    permissions: [
      "--no-check",
      "--no-prompt",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-sys",
      "--allow-net=127.0.0.1,localhost",
    ],
  });
}

Deno.test("two pulls of one file in one process fetch it once", async () => {
  await using hub = startHub();
  hub.behaviour = () => ({ pieceBytes: 5000 });
  await withCache(async (cache) => {
    const events: string[] = [];
    const onEvent = ({ type }: PullEvent) => void events.push(type);
    const [first, second] = await Promise.all([
      pull(hub, cache, MODEL, { onEvent }),
      pull(hub, cache, MODEL, { onEvent }),
    ]);
    assertEquals(hub.sentBytes(WEIGHTS), CONTENT.length);
    assertEquals(first.directory, second.directory);
    assertEquals(
      first.fetchedBytes + second.fetchedBytes,
      // Whoever came second may have found the tokenizer there already.
      Math.max(first.totalBytes, second.totalBytes),
    );
    assert(events.includes("wait"));
    const there = await Deno.readFile(join(second.directory, WEIGHTS));
    assertEquals(there, CONTENT);
  });
});

Deno.test("a process waits for another's download, and goes on if that is killed", async () => {
  await using hub = startHub();
  await withCache(async (cache) => {
    const [one, other] = [startChild(hub, cache), startChild(hub, cache)];
    const waiting = Promise.withResolvers<void>();
    let killed = false;
    hub.behaviour = (file) => ({
      pieceBytes: 5000,
      beforePiece: async (offset, left) => {
        if (file !== WEIGHTS || offset < 100_000 || killed) return;
        // The one that does not wait has the lock.
        await waiting.promise;
        killed = true;
        child!.kill("SIGKILL");
        while (!left.aborted) await new Promise((done) => setTimeout(done, 1));
      },
    });
    let child: Deno.ChildProcess | undefined;
    const outputs = [one, other].map(async (process, i) => {
      let text = "";
      const decoded = process.stderr.pipeThrough(new TextDecoderStream());
      for await (const piece of decoded) {
        text += piece;
        if (text.includes(`waiting for ${WEIGHTS}`)) {
          child = [other, one][i];
          waiting.resolve();
        }
      }
      return text;
    });
    const ends = await Promise.all([one, other].map(async (process) => ({
      ...await process.status,
      out: await new Response(process.stdout).text(),
    })));
    await Promise.all(outputs);
    const codes = ends.map(({ success }) => success);
    assertEquals(codes.filter((success) => success).length, 1);
    const { directory } = JSON.parse(ends.find(({ success }) => success)!.out);
    assertEquals(await Deno.readFile(join(directory, WEIGHTS)), CONTENT);
    const [first, second] = hub.requestsFor(WEIGHTS)
      .filter(({ host }) => host === "storage");
    assert(second!.from > 0 && second!.from <= first!.to);
  });
});

Deno.test("a lock that another program holds is waited for", async () => {
  await using hub = startHub();
  await withCache(async (cache) => {
    const { files } = stateSpacesModel(MODEL, CONTENT);
    const locks = join(cache, ".locks", "models--state-spaces--mamba-130m");
    await Deno.mkdir(locks, { recursive: true });
    // flock(1) takes the lock that Python's filelock takes.
    const holder = new Deno.Command("flock", {
      args: [
        join(locks, `${etagOf(files[3]!)}.lock`),
        "sh",
        "-c",
        "echo held; read line",
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = holder.stdout.getReader();
    await reader.read();
    const events: string[] = [];
    let fetchedBefore = -1;
    await pull(hub, cache, MODEL, {
      onEvent: ({ type }) => {
        events.push(type);
        if (type !== "wait") return;
        fetchedBefore = hub.requestsFor(WEIGHTS).length;
        holder.stdin.close();
      },
    });
    assertEquals(fetchedBefore, 0);
    assert(events.includes("wait"));
    await reader.cancel();
    await holder.status;
  });
});

Deno.test("a server that may write in the cache alone makes second names, not links", async () => {
  await using hub = startHub();
  await withCache(async (cache) => {
    const child = start(`${ROOT}tests/hub/pull_child.ts`, {
      args: [hub.endpoint, cache, MODEL],
      permissions: [
        "--no-check",
        "--no-prompt",
        "--allow-read",
        `--allow-write=${cache}`,
        "--allow-env",
        "--allow-sys",
        "--allow-net=127.0.0.1,localhost",
      ],
    });
    const { code, stdout, stderr } = await finish(child);
    assertEquals(code, 0, stderr);
    const { directory } = JSON.parse(stdout);
    const path = join(directory, WEIGHTS);
    assert((await Deno.lstat(path)).isFile);
    assertEquals((await Deno.stat(path)).nlink, 2);
    assertEquals(await Deno.readFile(path), CONTENT);
    assertEquals((await pull(hub, cache, MODEL)).fetchedBytes, 0);
  });
});

Deno.test("requests go through the proxy that the environment names", async () => {
  await using hub = startHub();
  const seen: string[] = [];
  // A proxy for http gets whole addresses instead of paths.
  await using proxy = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search, host } = new URL(request.url);
      seen.push(host);
      const headers = new Headers(request.headers);
      headers.delete("host");
      const base = pathname.includes("signature") ? hub.storage : hub.endpoint;
      return await fetch(base + pathname + search, {
        headers,
        redirect: "manual",
      });
    },
  );
  await withCache(async (cache) => {
    const child = start(`${ROOT}tests/hub/pull_child.ts`, {
      args: ["http://hub.invalid", cache, MODEL],
      permissions: [
        "--no-check",
        "--no-prompt",
        "--allow-read",
        "--allow-write",
        "--allow-env",
        "--allow-sys",
        "--allow-net=hub.invalid,localhost",
      ],
      env: {
        HTTP_PROXY: `http://127.0.0.1:${proxy.addr.port}`,
        NO_PROXY: "localhost",
      },
    });
    const { code, stderr } = await finish(child);
    assertEquals(code, 0, stderr);
    assertStringIncludes(seen.join(), "hub.invalid");
    assertEquals(seen.some((host) => host.startsWith("localhost")), false);
  });
});
