import { environment } from "../config.ts";

/** Standard output was closed by its reader, as `| head` does. */
export class OutputClosed extends Error {
  override name = "OutputClosed";
}

/** A span in which Ctrl-C aborts a signal instead of ending the program. */
export interface InterruptScope extends Disposable {
  readonly signal: AbortSignal;
}

/** What the verbs know of the outside: streams, colours, Ctrl-C. */
export interface Terminal {
  /** Whether a person types at standard input. */
  readonly interactive: boolean;
  /**
   * Writes to standard output.
   *
   * @throws {OutputClosed} when nobody reads it any more
   */
  write(text: string): Promise<void>;
  /** Writes a line to standard error. */
  note(line: string): void;
  /** Writes a line to standard error that the next note replaces. */
  progress(line: string): void;
  /** Wraps text in a style where standard output shows colours. */
  style(style: Style, text: string): string;
  /** Everything on standard input, as text. */
  readAll(): Promise<string>;
  /** The lines of standard input as they come; the text asks for each. */
  readLines(prompt: string): AsyncGenerator<string, void, void>;
  /** From here to its disposal, Ctrl-C aborts the scope's signal. */
  catchInterrupt(): InterruptScope;
}

/** How {@linkcode Terminal.style} can show text. */
export type Style = "bold" | "dim";

const STYLES: Record<Style, [string, string]> = {
  bold: ["\x1b[1m", "\x1b[22m"],
  dim: ["\x1b[2m", "\x1b[22m"],
};

/** The shortest time between two notes of progress, in milliseconds. */
const PROGRESS_MS = 100;

/** The exit code after Ctrl-C. */
export const INTERRUPTED = 130;

/** The terminal of this process. */
export class ProcessTerminal implements Terminal, Disposable {
  readonly interactive = Deno.stdin.isTerminal();
  readonly #colour = Deno.stdout.isTerminal() &&
    environment("NO_COLOR") === undefined && environment("TERM") !== "dumb";
  readonly #showsProgress = Deno.stderr.isTerminal();
  readonly #scopes: AbortController[] = [];
  readonly #encoder = new TextEncoder();
  #progressShown = false;
  #progressAt = performance.now();

  constructor() {
    Deno.addSignalListener("SIGINT", this.#interrupt);
  }

  async write(text: string): Promise<void> {
    this.#clearProgress();
    let bytes = this.#encoder.encode(text);
    try {
      while (bytes.length > 0) {
        bytes = bytes.subarray(await Deno.stdout.write(bytes));
      }
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosed();
      throw error;
    }
  }

  note(line: string): void {
    this.#clearProgress();
    this.#writeError(`${line}\n`);
  }

  progress(line: string): void {
    const now = performance.now();
    // Faster than anybody reads, and at first perhaps over in a moment.
    if (!this.#showsProgress || now - this.#progressAt < PROGRESS_MS) return;
    this.#progressAt = now;
    this.#clearProgress();
    this.#writeError(line);
    this.#progressShown = true;
  }

  style(style: Style, text: string): string {
    if (!this.#colour) return text;
    const [on, off] = STYLES[style];
    return on + text + off;
  }

  readAll(): Promise<string> {
    return new Response(Deno.stdin.readable).text();
  }

  async *readLines(prompt: string): AsyncGenerator<string, void, void> {
    this.#writeError(prompt);
    let pending = "";
    const decoded = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
    for await (const piece of decoded) {
      const lines = (pending + piece).split(/\r?\n/);
      pending = lines.pop() ?? "";
      for (const line of lines) {
        yield line;
        this.#writeError(prompt);
      }
    }
    if (pending !== "") yield pending;
  }

  catchInterrupt(): InterruptScope {
    const controller = new AbortController();
    this.#scopes.push(controller);
    return {
      signal: controller.signal,
      [Symbol.dispose]: () => {
        this.#scopes.splice(this.#scopes.indexOf(controller), 1);
      },
    };
  }

  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#interrupt);
  }

  readonly #interrupt = (): void => {
    const scope = this.#scopes.at(-1);
    // The second one, or one that nobody waits for, does not ask.
    if (scope === undefined || scope.signal.aborted) Deno.exit(INTERRUPTED);
    scope.abort();
  };

  #clearProgress(): void {
    if (!this.#progressShown) return;
    this.#progressShown = false;
    this.#writeError("\r\x1b[K");
  }

  #writeError(text: string): void {
    try {
      Deno.stderr.writeSync(this.#encoder.encode(text));
    } catch {
      // Nobody reads what went wrong: the exit code still tells.
    }
  }
}
