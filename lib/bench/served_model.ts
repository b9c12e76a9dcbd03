import { Engine, type EngineOptions } from "../engine/engine.ts";
import type { MambaLMHeadModel } from "../engine/mamba_lm_head_model.ts";
import { eventStreamResponse } from "../web/event_stream.ts";
import { readEventStream } from "../web/read_event_stream.ts";

/**
 * A model behind HTTP on the loopback, as the pages use it: queue, tokenizer,
 * sampling, server-sent events. The client is this process too.
 */
export class ServedModel implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #directory: string;
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;

  /** The model, for measuring it alone: the very same weights in memory. */
  readonly model: MambaLMHeadModel;

  private constructor(
    engine: Engine,
    model: MambaLMHeadModel,
    directory: string,
  ) {
    this.#engine = engine;
    this.model = model;
    this.#directory = directory;
  }

  /** Loads the model; it is served when it is first asked. */
  static async open(
    directory: string,
    options: Pick<EngineOptions, "device" | "dtype" | "threads">,
  ): Promise<ServedModel> {
    const engine = Engine.open({ ...options, allowPaths: true });
    const model = await engine.load(directory);
    return new ServedModel(engine, model, directory);
  }

  /**
   * Milliseconds from the first token's arrival to the last one's, for
   * `count` tokens after the first.
   */
  async decode(count: number): Promise<number> {
    // Who measures nothing over HTTP needs no leave to listen.
    this.#server ??= this.#serve();
    const response = await fetch(`http://127.0.0.1:${this.#server.addr.port}`, {
      method: "POST",
      body: JSON.stringify({
        prompt: "The",
        maxTokens: count + 1,
        temperature: 0.8,
        topP: 0.95,
        seed: 1,
        ignoreEos: true,
      }),
    });
    if (!response.ok || response.body === null) {
      throw new Error(`The server answered ${response.status}`);
    }
    let first: number | undefined;
    let last = 0;
    for await (const { event, data } of readEventStream(response.body)) {
      if (event === "error") throw new Error(data);
      if (event !== "token") continue;
      // Read what came, as a page does.
      JSON.parse(data);
      last = performance.now();
      first ??= last;
    }
    return last - (first ?? last);
  }

  #serve(): Deno.HttpServer<Deno.NetAddr> {
    const model = this.#directory;
    return Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen: () => {},
    }, async (request) => {
      const body = await request.json();
      return await eventStreamResponse(
        (signal) => this.#engine.generate({ ...body, model }, { signal }),
        // A client that leaves cancels the stream, which is enough here.
        { signal: new AbortController().signal },
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.shutdown();
    await this.#engine.close();
  }
}
