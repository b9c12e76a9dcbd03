import {
  type InterruptScope,
  OutputClosed,
  type Terminal,
} from "../../lib/cli/terminal.ts";
import { main } from "../../lib/cli/main.ts";

/** What a fake terminal does. */
export interface FakeTerminalOptions {
  /** Lines that a person types; there is a person if they are given. */
  lines?: readonly string[];
  /** What comes from standard input otherwise. */
  input?: string;
  /** After so many writes, Ctrl-C is pressed. */
  interruptAfter?: number;
  /** After so many writes, the output's reader is gone. */
  closeAfter?: number;
}

/** A terminal in memory. */
export class FakeTerminal implements Terminal {
  readonly interactive: boolean;
  /** Standard output. */
  out = "";
  /** Standard error. */
  notes: string[] = [];
  readonly #options: FakeTerminalOptions;
  readonly #scopes: AbortController[] = [];
  #writes = 0;

  constructor(options: FakeTerminalOptions = {}) {
    this.#options = options;
    this.interactive = options.lines !== undefined;
  }

  write(text: string): Promise<void> {
    this.#writes++;
    const { closeAfter, interruptAfter } = this.#options;
    if (closeAfter !== undefined && this.#writes > closeAfter) {
      return Promise.reject(new OutputClosed());
    }
    this.out += text;
    if (this.#writes === interruptAfter) this.interrupt();
    return Promise.resolve();
  }

  /** Presses Ctrl-C. */
  interrupt(): void {
    this.#scopes.at(-1)?.abort();
  }

  note(line: string): void {
    this.notes.push(line);
  }

  progress(_line: string): void {}

  style(_style: string, text: string): string {
    return text;
  }

  readAll(): Promise<string> {
    return Promise.resolve(this.#options.input ?? "");
  }

  async *readLines(): AsyncGenerator<string, void, void> {
    yield* this.#options.lines ?? [];
  }

  catchInterrupt(): InterruptScope {
    const controller = new AbortController();
    this.#scopes.push(controller);
    return {
      signal: controller.signal,
      [Symbol.dispose]: () => void this.#scopes.pop(),
    };
  }
}

/** Runs a command line in memory. */
export async function runMain(
  args: readonly string[],
  options: FakeTerminalOptions = {},
): Promise<{ code: number; out: string; notes: string }> {
  const terminal = new FakeTerminal(options);
  const code = await main(args, terminal);
  return { code, out: terminal.out, notes: terminal.notes.join("\n") };
}
