import type { Finding } from "./finding.ts";
import { type Token, tokenize } from "./tokens.ts";

/** From the token `start` to before the token `end`. */
export interface Range {
  start: number;
  end: number;
}

const CLOSERS = new Map([["(", ")"], ["[", "]"], ["{", "}"]]);

/** The tokens of a kernel file, with the partner of every bracket. */
export class TokenList {
  readonly tokens: readonly Token[];
  /** The preprocessed text. */
  readonly text: string;
  /** Text that is no token, and brackets without a partner. */
  readonly findings: Finding[];
  readonly #partners = new Map<number, number>();
  /** For every token the brace in which it is, or -1. */
  readonly #braces: number[] = [];

  constructor(text: string) {
    const { tokens, findings } = tokenize(text);
    this.text = text;
    this.tokens = tokens;
    this.findings = findings;
    this.#pairBrackets();
  }

  /** How many there are. */
  get length(): number {
    return this.tokens.length;
  }

  /** The token's text; "" beside the ends. */
  at(index: number): string {
    return this.tokens[index]?.text ?? "";
  }

  /** The token's kind, or undefined beside the ends. */
  kindAt(index: number): Token["kind"] | undefined {
    return this.tokens[index]?.kind;
  }

  /** True if the texts stand at `index` and after it. */
  has(index: number, ...texts: string[]): boolean {
    return texts.every((text, offset) => this.at(index + offset) === text);
  }

  /** The partner of a bracket `()[]{}`. */
  partner(index: number): number {
    return this.#partners.get(index) ?? index;
  }

  /** The `{` in which the token is, or -1. */
  brace(index: number): number {
    return this.#braces[index] ?? -1;
  }

  /** The `>` of a `<` that opens a list, or undefined if it does not. */
  closeAngle(open: number): number | undefined {
    let depth = 0;
    for (let i = open; i < this.length; i++) {
      const text = this.at(i);
      if (text === "<") depth += 1;
      else if (text === ">") depth -= 1;
      else if (CLOSERS.has(text)) i = this.partner(i);
      else if (text === ";" || text === ")" || text === "}") return undefined;
      if (depth === 0) return i;
    }
    return undefined;
  }

  /** The pieces of a range between its commas that are in no bracket. */
  split({ start, end }: Range): Range[] {
    const pieces: Range[] = [];
    let begin = start;
    for (let i = start; i < end; i++) {
      const text = this.at(i);
      if (CLOSERS.has(text)) i = this.partner(i);
      else if (text === "<") i = this.closeAngle(i) ?? i;
      else if (text === ",") {
        pieces.push({ start: begin, end: i });
        begin = i + 1;
      }
    }
    if (begin < end) pieces.push({ start: begin, end });
    return pieces;
  }

  /** The tokens of a range, with single blanks between them. */
  join({ start, end }: Range): string {
    return this.tokens.slice(start, end).map((one) => one.text).join(" ");
  }

  /** Something wrong at a token. */
  finding(index: number, text: string): Finding {
    const { file, line } = this.tokens[index] ?? this.tokens.at(-1) ??
      { file: "", line: 1 };
    return { file, line, text };
  }

  #pairBrackets() {
    const open: number[] = [];
    const braces = [-1];
    for (let i = 0; i < this.length; i++) {
      const text = this.at(i);
      if (this.kindAt(i) === "sign" && CLOSERS.has(text)) open.push(i);
      if (text === "}") braces.pop();
      this.#braces.push(braces.at(-1) ?? -1);
      if (text === "{") braces.push(i);
      if (text !== ")" && text !== "]" && text !== "}") continue;
      const begin = open.pop();
      if (begin === undefined || CLOSERS.get(this.at(begin)) !== text) {
        this.findings.push(this.finding(i, `"${text}" has no partner`));
        return;
      }
      this.#partners.set(begin, i).set(i, begin);
    }
    for (const i of open) {
      this.findings.push(this.finding(i, `"${this.at(i)}" has no partner`));
    }
  }
}
