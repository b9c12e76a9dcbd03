import type { GenerateEvent } from "../../api/generate_event.ts";
import type { GenerateRequest } from "../../api/generate_request.ts";
import { problemOf } from "../problem_of.ts";
import { readEventStream } from "../read_event_stream.ts";
import { RunView } from "./run_view.ts";

/** Options of {@linkcode Run}. */
export interface RunOptions {
  /** Sends the request. @default fetch */
  fetch?: typeof fetch;
  /**
   * Calls back when the screen may be drawn anew: tokens that arrive until
   * then are shown together. @default some thirty times a second
   */
  onNextFrame?: (callback: () => void) => void;
}

/** One continuation at a time: asked for, shown as it arrives, stopped. */
export class Run {
  /** What is shown. */
  readonly view = new RunView();
  readonly #fetch: typeof fetch;
  readonly #onNextFrame: (callback: () => void) => void;
  #controller: AbortController | undefined;
  #frameAsked = false;

  constructor(options: RunOptions = {}) {
    this.#fetch = options.fetch ?? ((...request) => fetch(...request));
    this.#onNextFrame = options.onNextFrame ?? onNextFrame;
  }

  /**
   * Asks for a continuation and shows it as it arrives; with `keep` the server
   * keeps it in its history. A run that is under
   * way is left alone. Ends without throwing: what fails is shown.
   */
  async start(
    request: GenerateRequest,
    { keep = false }: { keep?: boolean } = {},
  ): Promise<void> {
    if (this.view.running) return;
    const controller = new AbortController();
    const { signal } = controller;
    this.#controller = controller;
    this.view.begin(request.prompt);
    try {
      await this.#stream(request, keep, signal);
    } catch {
      // Whatever it is: the stream is not what this server sends.
    }
    // A run that was stopped has shown so already; another may have begun.
    if (!signal.aborted && this.view.running) this.#lose();
  }

  /** Ends the run; the engine is free within one token. */
  stop(): void {
    if (!this.view.running) return;
    this.#controller?.abort();
    this.view.stop();
  }

  async #stream(
    request: GenerateRequest,
    keep: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const address = keep ? "/api/generate?keep=on" : "/api/generate";
    const response = await this.#fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
      signal,
    });
    if (!response.ok || response.body === null) {
      const problem = await problemOf(response);
      if (!signal.aborted) this.view.fail(problem);
      return;
    }
    for await (const { data } of readEventStream(response.body)) {
      if (signal.aborted) return;
      const event = JSON.parse(data) as GenerateEvent;
      this.view.receive(event);
      if (event.type === "token") this.#askForFrame();
    }
  }

  #askForFrame(): void {
    if (this.#frameAsked) return;
    this.#frameAsked = true;
    this.#onNextFrame(() => {
      this.#frameAsked = false;
      // A frame that comes after the end has nothing left to show.
      if (this.view.running) this.view.flush();
    });
  }

  #lose(): void {
    this.view.flush();
    this.view.fail({
      code: "network",
      message: this.view.tokens === 0
        ? "The server cannot be reached"
        : "The connection to the server broke off",
      hint: "Check that it is still running, then try again.",
    });
  }
}

/** Calls back when the screen is drawn anew, some thirty times a second. */
export function onNextFrame(callback: () => void): void {
  // A page in the background is not drawn, but its text must not pile up.
  if (document.hidden) setTimeout(callback, 250);
  // Every other frame is smooth enough, and leaves the engine the processor.
  else setTimeout(() => requestAnimationFrame(callback), 17);
}
