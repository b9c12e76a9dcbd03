import { type Attribute, attributesFrom, wholeNumber } from "./attributes.ts";
import type { Finding } from "./finding.ts";
import type { Range, TokenList } from "./token_list.ts";

/** One argument of a kernel. */
export interface KernelArgument {
  /** The shim's name of where its value comes from, such as `A_BUFFER`. */
  source: string;
  /** Of the buffer or of the threadgroup memory; else 0. */
  index: number;
  /** The shim's number of the address space; 0 for a value. */
  space: number;
  name: string;
}

/** The arguments of a kernel, and what is wrong with them. */
export interface KernelArguments {
  all: KernelArgument[];
  /** The attributes that are understood, as tokens. */
  attributes: Range[];
  findings: Finding[];
}

const SPACES = ["", "device", "constant", "threadgroup"];
const MOST_BUFFERS = 31;

/** Attributes that are a position or a size: one, two or three numbers. */
const POSITIONS = new Set([
  "thread_position_in_grid",
  "threadgroup_position_in_grid",
  "thread_position_in_threadgroup",
  "threads_per_threadgroup",
  "threadgroups_per_grid",
  "threads_per_grid",
  "dispatch_threads_per_threadgroup",
]);
const NUMBERS = new Set([
  "thread_index_in_threadgroup",
  "thread_index_in_simdgroup",
  "simdgroup_index_in_threadgroup",
  "threads_per_simdgroup",
  "simdgroups_per_threadgroup",
]);

/** Reads a kernel's parameters, given the tokens between the parentheses. */
export function readArguments(
  list: TokenList,
  parameters: Range,
): KernelArguments {
  const reader = new Reader(list);
  for (const piece of list.split(parameters)) reader.add(piece);
  return { ...reader };
}

class Reader implements KernelArguments {
  readonly all: KernelArgument[] = [];
  readonly attributes: Range[] = [];
  readonly findings: Finding[] = [];
  readonly #list: TokenList;
  readonly #bySource = new Map<string, string>();
  #dimension: { of: string; count: string } | undefined;

  constructor(list: TokenList) {
    this.#list = list;
  }

  add(piece: Range) {
    const list = this.#list;
    const begin = firstAttribute(list, piece);
    const attributes = attributesFrom(list, begin);
    this.attributes.push(...attributes);
    const name = list.at(begin - 1);
    const [attribute] = attributes;
    if (list.kindAt(begin - 1) !== "word" || begin - 1 === piece.start) {
      return this.#refuse(
        piece,
        `argument "${list.join(piece)}" is not understood`,
      );
    }
    if (attribute === undefined || attributes.length > 1) {
      return this.#refuse(piece, `argument ${name} needs one attribute`);
    }
    if (attribute.end !== piece.end) {
      return this.#refuse(
        piece,
        `argument ${name}: what follows its attribute is not understood`,
      );
    }
    const type = { start: piece.start, end: begin - 1 };
    const space = this.#spaceOf(type, name);
    if (space === undefined) return;
    if (space > 0) this.#addPointer(type, name, space, attribute);
    else this.#addValue(type, name, attribute);
  }

  #refuse({ start }: Range, text: string) {
    this.findings.push(this.#list.finding(start, text));
  }

  #spaceOf(type: Range, name: string): number | undefined {
    const list = this.#list;
    const words = list.tokens.slice(type.start, type.end).map((t) => t.text);
    const spaces = SPACES.map((space) =>
      words.filter((w) => w === space).length
    );
    const space = spaces.findIndex((count) => count > 0);
    const last = words.filter((word) => !QUALIFIERS.has(word)).at(-1);
    const isPointer = last === "*" || last === "&";
    const levels = words.filter((word) => word === "*" || word === "&").length;
    if (!isPointer && space > 0) {
      return void this.#refuse(
        type,
        `argument ${name} must be a pointer or a reference`,
      );
    }
    if (!isPointer) return 0;
    if (levels > 1) {
      return void this.#refuse(
        type,
        `argument ${name} is a pointer to a pointer`,
      );
    }
    if (space < 0 || words.includes("thread")) {
      return void this.#refuse(
        type,
        `argument ${name} must be in device, constant or threadgroup memory`,
      );
    }
    return space;
  }

  #addPointer(
    type: Range,
    name: string,
    space: number,
    { name: attribute, value }: Attribute,
  ) {
    const kind = SPACES[space] === "threadgroup" ? "threadgroup" : "buffer";
    const index = wholeNumber(this.#list, value);
    if (attribute !== kind || index === undefined) {
      return this.#refuse(type, `argument ${name} needs [[${kind}(number)]]`);
    }
    if (index >= MOST_BUFFERS) {
      return this.#refuse(
        type,
        `argument ${name}: ${kind} index ${index} > ${MOST_BUFFERS - 1}`,
      );
    }
    const source = kind === "buffer" ? "A_BUFFER" : "A_TGMEM";
    this.#addOnce(type, `${kind}(${index})`, { source, index, space, name });
  }

  #addValue(type: Range, name: string, { name: attribute, value }: Attribute) {
    const list = this.#list;
    const isPosition = POSITIONS.has(attribute);
    if (value.start < value.end || !isPosition && !NUMBERS.has(attribute)) {
      return this.#refuse(
        type,
        `argument ${name}: a value cannot have [[${attribute}]]; pass it in a constant reference`,
      );
    }
    const [, base, count = ""] =
      /^(?:const )?(uint|ushort)([23]?)$/.exec(list.join(type)) ?? [];
    if (base === undefined || !isPosition && count !== "") {
      const more = isPosition ? ", alone or with 2 or 3" : "";
      return this.#refuse(
        type,
        `argument ${name}: [[${attribute}]] must be uint or ushort${more}`,
      );
    }
    const before = this.#dimension;
    if (isPosition && before !== undefined && before.count !== count) {
      this.#refuse(
        type,
        `argument ${name}: [[${attribute}]] and [[${before.of}]] must have as many components`,
      );
    }
    if (isPosition) this.#dimension ??= { of: attribute, count };
    const source = `A_${attribute.toUpperCase()}`;
    this.#addOnce(type, attribute, { source, index: 0, space: 0, name });
  }

  #addOnce(type: Range, attribute: string, argument: KernelArgument) {
    const other = this.#bySource.get(attribute);
    if (other !== undefined) {
      this.#refuse(
        type,
        `arguments ${other} and ${argument.name} both have [[${attribute}]]`,
      );
    }
    this.#bySource.set(attribute, argument.name);
    this.all.push(argument);
  }
}

const QUALIFIERS = new Set(["const", "volatile", "restrict", "__restrict"]);

function firstAttribute(list: TokenList, { start, end }: Range): number {
  for (let i = start; i < end; i++) if (list.has(i, "[", "[")) return i;
  return end;
}
