import type { Terminal } from "./terminal.ts";

/**
 * The text that an argument stands for: itself, or with `-` what comes from
 * standard input, without the one line end that most programs put last.
 */
export async function readPrompt(
  argument: string,
  terminal: Terminal,
): Promise<string> {
  if (argument !== "-") return argument;
  if (terminal.interactive) terminal.note("Reading until Ctrl-D …");
  return (await terminal.readAll()).replace(/\r?\n$/, "");
}
