/**
 * A hub of models on this machine, and the other host that it sends those to
 * who want a large file. It behaves as badly as it is told to.
 *
 * @module
 */
import { fileBody, type Misbehaviour } from "./misbehaviour.ts";
import { etagOf, type HubFile, type HubRepository } from "./repositories.ts";

/** A request that came. */
export interface SeenRequest {
  /** `hub` or `storage`. */
  host: "hub" | "storage";
  method: string;
  path: string;
  headers: Headers;
  /** The bytes of a file that were handed over for sending: [from, to). */
  from: number;
  to: number;
}

/** Decides what is done with a request for a file; undefined: all is well. */
export type Behaviour = (
  file: string,
  request: Request,
) => Misbehaviour | undefined;

/** Options of {@linkcode LoopbackHub.start}. */
export interface LoopbackHubOptions {
  repositories: HubRepository[];
  /** How the content of files is sent. */
  behaviour?: Behaviour;
  /** Told of every request before it is answered. */
  onRequest?: (request: Request) => Response | undefined;
}

/** See the module. */
export class LoopbackHub implements AsyncDisposable {
  /** Every request, in order. */
  readonly requests: SeenRequest[] = [];
  repositories: HubRepository[];
  behaviour: Behaviour;
  readonly #onRequest: LoopbackHubOptions["onRequest"];
  readonly #hub: Deno.HttpServer<Deno.NetAddr>;
  readonly #storage: Deno.HttpServer<Deno.NetAddr>;
  readonly #stop = new AbortController();

  private constructor(options: LoopbackHubOptions) {
    this.repositories = options.repositories;
    this.behaviour = options.behaviour ?? (() => undefined);
    this.#onRequest = options.onRequest;
    const serve = (handler: (request: Request) => Response) =>
      Deno.serve({
        hostname: "127.0.0.1",
        port: 0,
        onListen: () => {},
        // A connection that the client has left.
        onError: () => new Response(null, { status: 500 }),
        signal: this.#stop.signal,
      }, handler);
    this.#hub = serve((request) => this.#answerHub(request));
    this.#storage = serve((request) => this.#answerStorage(request));
  }

  /** Starts both servers. */
  static start(options: LoopbackHubOptions): LoopbackHub {
    return new LoopbackHub(options);
  }

  /** What `HF_ENDPOINT` has to be. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.#hub.addr.port}`;
  }

  /** The address of the other host. */
  get storage(): string {
    return `http://localhost:${this.#storage.addr.port}`;
  }

  /** Requests for the content of a file. */
  requestsFor(file: string): SeenRequest[] {
    return this.requests.filter(({ path, host }) =>
      path.endsWith(`/${file}`) &&
      (host === "storage" || !this.#find(path)?.file.lfs)
    );
  }

  /** The bytes of a file that were sent, all together. */
  sentBytes(file: string): number {
    return this.requestsFor(file)
      .reduce((sum, { from, to }) => sum + to - from, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#hub.finished, this.#storage.finished]);
  }

  #answerHub(request: Request): Response {
    const { pathname } = new URL(request.url);
    const seen = this.#note("hub", request);
    const special = this.#onRequest?.(request);
    if (special !== undefined) return special;
    const api = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/(.+)$/
      .exec(pathname);
    if (api !== null) {
      return this.#describe(api[1]!, decodeURIComponent(api[2]!), request);
    }
    const found = this.#find(pathname);
    if (found === undefined) return missing("EntryNotFound");
    const { repository, file } = found;
    const refusal = refuse(repository, request);
    if (refusal !== undefined) return refusal;
    if (!file.lfs) {
      const response = this.#send(file, `"${etagOf(file)}"`, request, seen);
      response.headers.set("x-repo-commit", repository.commit);
      return response;
    }
    const { location } = this.behaviour(file.name, request) ?? {};
    return new Response(null, {
      status: 302,
      headers: {
        location: location ?? `${this.storage}${pathname}?signature=secret`,
        "x-linked-etag": `"${etagOf(file)}"`,
        "x-linked-size": String(file.content.length),
        "x-repo-commit": repository.commit,
      },
    });
  }

  #answerStorage(request: Request): Response {
    const seen = this.#note("storage", request);
    const found = this.#find(new URL(request.url).pathname);
    if (found === undefined) return missing("EntryNotFound");
    // Storage has an ETag of its own, as the real one has.
    const etag = `"${etagOf(found.file).slice(0, 32)}-7"`;
    return this.#send(found.file, etag, request, seen);
  }

  #describe(repo: string, revision: string, request: Request): Response {
    const repository = this.repositories.find((one) => one.repo === repo);
    if (repository === undefined) return missing("RepoNotFound");
    const refusal = refuse(repository, request);
    if (refusal !== undefined) return refusal;
    const known = revision === "main" || repository.commit === revision ||
      revision === "v1";
    if (!known) return missing("RevisionNotFound");
    return Response.json({
      id: repo,
      sha: repository.commit,
      siblings: repository.files.map((file) => ({
        rfilename: file.name,
        size: file.content.length,
        // What git has of a large file is a pointer to it.
        blobId: file.lfs ? "0".repeat(40) : etagOf(file),
        ...(file.lfs
          ? { lfs: { sha256: etagOf(file), size: file.content.length } }
          : {}),
      })),
    });
  }

  #send(
    file: HubFile,
    etag: string,
    request: Request,
    seen: SeenRequest,
  ): Response {
    const how = this.behaviour(file.name, request) ?? {};
    if (how.status !== undefined) {
      return new Response("no", {
        status: how.status,
        headers: how.headers ?? {},
      });
    }
    const content = how.content ?? file.content;
    const range = /^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "");
    const condition = request.headers.get("if-range");
    const partial = range !== null && !how.noRanges &&
      (condition === null || condition === etag);
    const from = partial ? Number(range[1]) : 0;
    seen.from = seen.to = from;
    const headers: Record<string, string> = {
      etag,
      "content-length": String(content.length - from),
      ...how.headers,
    };
    if (partial) {
      headers["content-range"] = `bytes ${from + (how.shiftBy ?? 0)}-${
        content.length - 1
      }/${content.length}`;
    }
    return new Response(
      fileBody(content, from, how, (sent) => {
        seen.to += sent;
      }),
      { status: partial ? 206 : 200, headers },
    );
  }

  #find(
    pathname: string,
  ): { repository: HubRepository; file: HubFile } | undefined {
    const match = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(pathname);
    const repository = this.repositories.find(({ repo, commit }) =>
      repo === match?.[1] && [commit, "main", "v1"].includes(match[2]!)
    );
    const name = decodeURIComponent(match?.[3] ?? "");
    const file = repository?.files.find((file) => file.name === name);
    return repository && file && { repository, file };
  }

  #note(host: SeenRequest["host"], request: Request): SeenRequest {
    const { pathname } = new URL(request.url);
    const { method, headers } = request;
    const path = decodeURIComponent(pathname);
    const seen = { host, method, path, headers, from: 0, to: 0 };
    this.requests.push(seen);
    return seen;
  }
}

function missing(code: string): Response {
  return new Response(null, { status: 404, headers: { "x-error-code": code } });
}

function refuse(
  { token }: HubRepository,
  request: Request,
): Response | undefined {
  if (token === undefined) return undefined;
  if (request.headers.get("authorization") === `Bearer ${token}`) {
    return undefined;
  }
  return new Response(null, {
    status: 401,
    headers: { "x-error-code": "RepoNotFound" },
  });
}
