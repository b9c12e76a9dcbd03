import type { Finding } from "./finding.ts";
import type { Range, TokenList } from "./token_list.ts";

/** A declaration in a namespace: a function, a type, a variable, an alias. */
export interface Declaration extends Range {
  /** The `{` of a function's body. */
  body?: number;
}

/** What stands in the namespaces of a kernel file. */
export interface Declarations {
  all: Declaration[];
  /** The `{` of namespaces and of types. */
  scopes: Set<number>;
  /** What is not understood. */
  findings: Finding[];
}

const TYPES = new Set(["struct", "class", "union", "enum"]);

/** Finds every declaration outside functions and types. */
export function findDeclarations(list: TokenList): Declarations {
  const found: Declarations = { all: [], scopes: new Set([-1]), findings: [] };
  readNamespace(list, { start: 0, end: list.length }, found);
  return found;
}

function readNamespace(list: TokenList, range: Range, found: Declarations) {
  let i = range.start;
  while (i < range.end) {
    if (list.at(i) === ";" || list.kindAt(i) === "pragma") {
      i += 1;
      continue;
    }
    const brace = namespaceBrace(list, i);
    if (brace !== undefined) {
      const end = list.partner(brace);
      found.scopes.add(brace);
      readNamespace(list, { start: brace + 1, end }, found);
      i = end + 1;
      continue;
    }
    const one = new Reader(list, found.scopes).read(i, range.end);
    if (one === undefined) {
      found.findings.push(
        list.finding(i, "this declaration is not understood"),
      );
      return;
    }
    found.all.push(one);
    i = one.end;
  }
}

function namespaceBrace(list: TokenList, start: number): number | undefined {
  let i = start;
  if (list.at(i) === "inline") i += 1;
  if (list.at(i++) !== "namespace") return undefined;
  while (list.kindAt(i) === "word" || list.at(i) === "::") i += 1;
  return list.at(i) === "{" ? i : undefined;
}

/** Reads one declaration. */
class Reader {
  readonly #list: TokenList;
  readonly #scopes: Set<number>;
  #isType = false;
  #hasParameters = false;
  #hasValue = false;

  constructor(list: TokenList, scopes: Set<number>) {
    this.#list = list;
    this.#scopes = scopes;
  }

  read(start: number, end: number): Declaration | undefined {
    const list = this.#list;
    if (list.at(start) === "{") return undefined;
    for (let i = start; i < end; i++) {
      const text = list.at(i);
      if (text === ";") return { start, end: i + 1 };
      if (text === "{") {
        if (this.#isBody()) return { start, end: list.partner(i) + 1, body: i };
        if (this.#isType && !this.#hasValue) this.#scopes.add(i);
      }
      i = this.#skip(i);
    }
    return undefined;
  }

  #isBody(): boolean {
    return this.#hasParameters && !this.#hasValue;
  }

  /** The last token of what begins here and has no braces of its own. */
  #skip(i: number): number {
    const list = this.#list;
    switch (list.at(i)) {
      case "template":
        return list.at(i + 1) === "<" ? list.closeAngle(i + 1) ?? i : i;
      case "alignas":
        return list.partner(i + 1);
      case "operator":
        // Its name may be "()" or have a "=".
        i += list.has(i + 1, "(", ")") ? 2 : 0;
        while (i + 1 < list.length && list.at(i + 1) !== "(") i += 1;
        return i;
      case "(":
        this.#hasParameters = true;
        return list.partner(i);
      case "=":
        this.#hasValue = true;
        return i;
      default:
        if (TYPES.has(list.at(i))) this.#isType = true;
        return list.partner(i);
    }
  }
}
