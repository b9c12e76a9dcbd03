import { attributeAt } from "./attributes.ts";
import type { Declaration } from "./declarations.ts";
import type { Range, TokenList } from "./token_list.ts";

/** A variable, as the declaration after the word of its memory says. */
export interface Variable {
  /** Its type, without the word of the memory. */
  type: Range;
  name: string;
  /** `[2][3]`; empty if it is no array. */
  dimensions: Range;
}

/** What a word such as `threadgroup` or `constant` stands in. */
export type MemoryUse =
  | { kind: "pointer" }
  | { kind: "variable"; variables: Variable[]; end: number }
  | { kind: "unknown"; text: string };

const QUALIFIERS = new Set(["const", "volatile", "constexpr", "static"]);

/**
 * Reads what follows the word of a memory at `start`: the type that a pointer
 * or a reference points at, or the declaration of variables up to their `;`.
 */
export function readMemoryUse(list: TokenList, start: number): MemoryUse {
  const words: number[] = [];
  let i = start + 1;
  for (;; i++) {
    const text = list.at(i);
    if (text === "<") {
      const close = list.closeAngle(i);
      if (close === undefined) return unknown("its type is not understood");
      i = close;
    } else if (list.kindAt(i) === "word") {
      if (!QUALIFIERS.has(text)) words.push(i);
    } else if (text !== "::") break;
  }
  const next = list.at(i);
  const isInner = next === "(" &&
    (list.at(i + 1) === "*" || list.at(i + 1) === "&");
  if (next === "*" || next === "&" || isInner) return { kind: "pointer" };
  // A parameter that is written as an array is a pointer.
  if (isParameter(list, start) && next === "[") return { kind: "pointer" };
  const name = words.at(-1);
  if (words.length < 2 || name !== i - 1) {
    return unknown("no pointer, no reference and no variable follows");
  }
  return readVariables(list, { start: start + 1, end: name });
}

function unknown(text: string): MemoryUse {
  return { kind: "unknown", text };
}

function readVariables(list: TokenList, type: Range): MemoryUse {
  const variables: Variable[] = [];
  for (let i = type.end;;) {
    const name = list.at(i);
    if (list.kindAt(i) !== "word") return unknown("a name must follow");
    const begin = i + 1;
    i = begin;
    while (list.at(i) === "[") i = list.partner(i) + 1;
    variables.push({ type, name, dimensions: { start: begin, end: i } });
    const text = list.at(i++);
    if (text === ";") return { kind: "variable", variables, end: i };
    if (text === "=" || text === "{") return unknown("it has an initialiser");
    if (text !== ",") return unknown(`"${text}" after its name`);
  }
}

function isParameter(list: TokenList, start: number): boolean {
  let i = start - 1;
  while (list.at(i) === "const" || list.at(i) === "volatile") i -= 1;
  return list.at(i) === "(" || list.at(i) === ",";
}

/** A constant that the host sets when it makes a pipeline. */
export interface FunctionConstant extends Range {
  name: string;
  type: string;
  /** Its number, as it is written. */
  index: string;
}

const CONSTANT_TYPES = new Set(
  "bool char uchar short ushort int uint half float".split(" "),
);

/** Reads `constant type name [[function_constant(number)]];`. */
export function readFunctionConstant(
  list: TokenList,
  { start, end }: Declaration,
): FunctionConstant | undefined {
  const attribute = attributeAt(list, start + 3);
  const type = list.at(start + 1);
  const isOne = list.at(start) === "constant" && CONSTANT_TYPES.has(type) &&
    attribute?.name === "function_constant" && attribute.end === end - 1 &&
    list.kindAt(start + 2) === "word";
  if (!isOne) return undefined;
  const index = list.join(attribute.value);
  if (!/^\d+( \+ \d+)*$/.test(index)) return undefined;
  return { start, end, name: list.at(start + 2), type, index };
}
