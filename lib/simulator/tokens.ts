import type { Finding, Place } from "./finding.ts";

/** The smallest piece of a program that has a meaning. */
export interface Token extends Place {
  kind: "word" | "number" | "string" | "character" | "sign" | "pragma";
  text: string;
  /** Where it is in the whole text: from `start` to before `end`. */
  start: number;
  end: number;
}

const PIECE = new RegExp(
  [
    /(?<blank>[ \t\r\f\v\n]+)/,
    /(?<word>[A-Za-z_]\w*)/,
    /(?<number>\.?\d(?:[eEpP][+-]|[\w.'])*)/,
    /(?<string>"(?:\\.|[^"\\\n])*")/,
    /(?<character>'(?:\\.|[^'\\\n])*')/,
    /(?<sign>::|->|[^"'`@$\\\s\w])/,
  ].map((one) => one.source).join("|"),
  "y",
);

/**
 * Cuts preprocessed text into tokens. `::` and `->` are one sign, all others
 * have one character, so `>>` and `]]` are two.
 */
export function tokenize(
  text: string,
): { tokens: Token[]; findings: Finding[] } {
  const tokens: Token[] = [];
  const findings: Finding[] = [];
  const place = { file: "", line: 1 };
  let start = 0;
  for (const line of text.split("\n")) {
    const marker = /^# (\d+) "((?:\\.|[^"\\])*)"/.exec(line);
    if (marker !== null) {
      place.file = marker[2]!;
      place.line = Number(marker[1]) - 1;
    } else if (line.startsWith("#")) {
      const end = start + line.length;
      tokens.push({ ...place, kind: "pragma", text: line, start, end });
    } else if (!cut(line, start, place, tokens)) {
      findings.push({
        ...place,
        text: `cannot read this line: ${line.trim()}`,
      });
    }
    start += line.length + 1;
    place.line += 1;
  }
  return { tokens, findings };
}

function cut(
  line: string,
  offset: number,
  place: Place,
  tokens: Token[],
): boolean {
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < line.length) {
    const start = offset + PIECE.lastIndex;
    const groups = PIECE.exec(line)?.groups;
    if (groups === undefined) return false;
    for (const [kind, text] of Object.entries(groups)) {
      if (text === undefined || kind === "blank") continue;
      const end = start + text.length;
      tokens.push({ ...place, kind: kind as Token["kind"], text, start, end });
    }
  }
  return true;
}
