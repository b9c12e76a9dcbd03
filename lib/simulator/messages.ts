import type { Finding } from "./finding.ts";

/** The errors among the messages of clang or clang-tidy. */
export function findingsOf(messages: string): Finding[] {
  const found: Finding[] = [];
  const pattern = /^(.+?):(\d+):\d+: (?:fatal )?error: (.*)$/gm;
  for (
    const [, file = "", line = "0", text = ""] of messages.matchAll(pattern)
  ) {
    found.push({ file, line: Number(line), text });
  }
  return found;
}
