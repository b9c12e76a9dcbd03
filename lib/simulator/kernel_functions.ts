import { type Attribute, attributesFrom, wholeNumber } from "./attributes.ts";
import type { Declaration } from "./declarations.ts";
import type { Finding } from "./finding.ts";
import { type KernelArgument, readArguments } from "./kernel_arguments.ts";
import type { Range, TokenList } from "./token_list.ts";

/** A kernel with its body. */
export interface KernelDefinition extends Range {
  name: string;
  /** The name that the host knows, given or its own; none for a template. */
  hostName: string | undefined;
  isTemplate: boolean;
  /** The word `kernel`. */
  keyword: number;
  /** The `{` of its body. */
  body: number;
  /** Threads of a threadgroup at the most; 0 = nothing is said. */
  mostThreads: number;
  arguments: KernelArgument[];
  /** Its attributes and those of its arguments. */
  attributes: Range[];
}

/** `template [[host_name("…")]] kernel … name<…>(…);` */
export interface KernelInstance extends Range {
  hostName: string;
  /** The template's name. */
  name: string;
  /** The function: name<…>. */
  expression: string;
  /** From behind `kernel` to before `;`. */
  declarator: Range;
  mostThreads: number;
}

/** What a declaration with the word `kernel` is. */
export type KernelDeclaration =
  | { definition: KernelDefinition; findings: Finding[] }
  | { instance: KernelInstance; findings: Finding[] }
  | { findings: Finding[] };

/** Reads a declaration that has the word `kernel` before its body. */
export function readKernel(
  list: TokenList,
  declaration: Declaration,
): KernelDeclaration {
  const { start } = declaration;
  const isTemplate = list.has(start, "template", "<");
  const isInstance = list.at(start) === "template" && !isTemplate;
  const first = isTemplate
    ? (list.closeAngle(start + 1) ?? start) + 1
    : start + (isInstance ? 1 : 0);
  const attributes = attributesFrom(list, first);
  const keyword = attributes.at(-1)?.end ?? first;
  const known = readAttributes(list, attributes);
  if (known === undefined || list.at(keyword) !== "kernel") {
    return refuse(
      list,
      start,
      "this declaration of a kernel is not understood",
    );
  }
  const head = { ...known, keyword, attributes };
  return isInstance
    ? readInstance(list, declaration, head)
    : readDefinition(list, declaration, { ...head, isTemplate });
}

interface Head {
  hostName: string | undefined;
  mostThreads: number;
  keyword: number;
  attributes: Attribute[];
}

function refuse(list: TokenList, at: number, text: string): KernelDeclaration {
  return { findings: [list.finding(at, text)] };
}

function readAttributes(list: TokenList, attributes: Attribute[]) {
  let hostName: string | undefined;
  let mostThreads = 0;
  for (const { name, value } of attributes) {
    if (name === "host_name" && hostName === undefined) {
      hostName = stringOf(list, value);
      if (hostName === undefined) return undefined;
    } else if (name === "max_total_threads_per_threadgroup") {
      mostThreads = wholeNumber(list, value) ?? 0;
      if (mostThreads < 1) return undefined;
    } else return undefined;
  }
  return { hostName, mostThreads };
}

/** The characters of string literals that stand beside each other. */
function stringOf(list: TokenList, { start, end }: Range): string | undefined {
  const pieces = list.tokens.slice(start, end);
  const text = pieces.map((one) => one.text.slice(1, -1)).join("");
  const isString = pieces.every((one) => one.kind === "string");
  return isString && /^\w+$/.test(text) ? text : undefined;
}

function readDefinition(
  list: TokenList,
  { start, end, body }: Declaration,
  head: Head & { isTemplate: boolean },
): KernelDeclaration {
  const { keyword, isTemplate } = head;
  if (list.at(keyword + 1) !== "void") {
    return refuse(list, keyword, "a kernel must return void");
  }
  const name = list.at(keyword + 2);
  const open = keyword + 3;
  const isNamed = list.kindAt(keyword + 2) === "word" && list.at(open) === "(";
  if (!isNamed || body === undefined || list.partner(open) + 1 !== body) {
    return refuse(
      list,
      keyword,
      "this declaration of a kernel is not understood",
    );
  }
  if (isTemplate && head.hostName !== undefined) {
    return refuse(
      list,
      keyword,
      "a template has no host_name, its instances have",
    );
  }
  const parameters = { start: open + 1, end: body - 1 };
  const { all, attributes, findings } = readArguments(list, parameters);
  const definition = {
    start,
    end,
    name,
    body,
    ...head,
    hostName: isTemplate ? undefined : head.hostName ?? name,
    arguments: all,
    attributes: [...head.attributes, ...attributes],
  };
  return {
    definition,
    findings: findings.map((one) => ({ ...one, text: `${name}: ${one.text}` })),
  };
}

function readInstance(
  list: TokenList,
  { start, end }: Declaration,
  { hostName, mostThreads, keyword }: Head,
): KernelDeclaration {
  const declarator = { start: keyword + 1, end: end - 1 };
  const open = openAngle(list, declarator);
  if (open === undefined || list.at(open - 2) === "::") {
    return refuse(list, start, "this instance of a kernel is not understood");
  }
  const name = list.at(open - 1);
  if (hostName === undefined) {
    return refuse(
      list,
      start,
      `an instance of ${name} needs [[host_name("…")]]`,
    );
  }
  const close = list.closeAngle(open) ?? open;
  const expression = list.join({ start: open - 1, end: close + 1 });
  const instance = {
    start,
    end,
    hostName,
    name,
    expression,
    declarator,
    mostThreads,
  };
  return { instance, findings: [] };
}

/** The `<` of the template's arguments, which end the declarator. */
function openAngle(list: TokenList, { start, end }: Range): number | undefined {
  const last = list.at(end - 1) === ")" ? list.partner(end - 1) - 1 : end - 1;
  for (let i = start; i < last; i++) {
    if (list.at(i) === "(") i = list.partner(i);
    const isOpen = list.at(i) === "<" && list.kindAt(i - 1) === "word";
    if (isOpen && list.closeAngle(i) === last) return i;
  }
  return undefined;
}
