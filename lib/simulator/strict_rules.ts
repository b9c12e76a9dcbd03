import type { Finding } from "./finding.ts";
import { nodesBelow, type SyntaxNode, typeOf } from "./syntax_tree.ts";
import type { TokenList } from "./token_list.ts";

/** Tells whether a file is one of the library's. */
export const isLibrary = (file: string) => file.includes("simulator/strict/");

/**
 * Rules of Metal that "C++ for OpenCL" does not have: a pointer has a memory
 * space, which never becomes another one by itself; methods work in thread
 * memory; global variables are constant; no function calls itself.
 */
export function strictRules(root: SyntaxNode, list: TokenList): Finding[] {
  const library = new Set<string>();
  for (const node of nodesBelow(root, () => false)) {
    if (METHODS.has(node.kind) && isLibrary(node.file)) {
      library.add(node.address);
    }
  }
  const constants = constantLines(list);
  const found: Finding[] = [];
  for (const node of nodesBelow(root, isImplicit)) {
    if (isLibrary(node.file)) continue;
    const text = spaceRule(node) ?? conversionRule(node, library) ??
      variableRule(node, constants);
    if (text !== undefined) {
      found.push({ file: node.file, line: node.line, text });
    }
  }
  return [...found, ...findRecursion(root)];
}

const METHODS = new Set(["CXXMethodDecl", "CXXConversionDecl"]);
const FUNCTIONS = new Set([
  "FunctionDecl",
  "CXXMethodDecl",
  "CXXConversionDecl",
  "CXXConstructorDecl",
]);
const VARIABLES = new Set(["VarDecl", "ParmVarDecl", "FieldDecl"]);

/** The compiler's own copying of structures is not the kernel's. */
function isImplicit({ kind, text }: SyntaxNode): boolean {
  return kind.endsWith("Decl") && / implicit /.test(` ${text} `.split("'")[0]!);
}

function spaceRule(node: SyntaxNode): string | undefined {
  const type = VARIABLES.has(node.kind)
    ? typeOf(node)
    : FUNCTIONS.has(node.kind)
    ? typeOf(node).split("(")[0]!
    : "";
  // In a template a type may be unknown, and so its space.
  const [target = "", ...pointers] = withoutNumbers(type).split(/[*&]/);
  const isWithout = pointers.length > 0 && !/\b(__|auto\b)/.test(target);
  return isWithout || type.includes("__generic")
    ? "a pointer or reference needs device, constant, threadgroup or thread"
    : undefined;
}

/** In brackets and in templates' arguments a "*" may be a product. */
function withoutNumbers(type: string): string {
  const less = type.replace(/\[[^[\]]*\]|<[^<>]*>/g, "");
  return less === type ? type : withoutNumbers(less);
}

function conversionRule(
  node: SyntaxNode,
  library: Set<string>,
): string | undefined {
  if (!node.text.endsWith("<AddressSpaceConversion>")) return undefined;
  const { parent } = node;
  const isPointer = /[*\]]/.test(typeOf(node));
  if (parent?.kind === "MemberExpr") {
    const isOwn = typeOf(node.children[0]!).includes("__private");
    return isOwn || library.has(addressIn(parent) ?? "")
      ? undefined
      : "a method works on objects in thread memory alone: copy it first";
  }
  if (!isPointer && parent?.kind === "CXXConstructExpr") return undefined;
  if (!isPointer && parent?.kind === "CXXOperatorCallExpr") {
    const called = [...nodesBelow(parent.children[0]!, () => false)];
    const isCopy = parent.text.endsWith("'='");
    if (isCopy || called.some((one) => library.has(addressIn(one) ?? ""))) {
      return undefined;
    }
  }
  return `a pointer or reference to ${typeOf(node.children[0]!)} becomes ` +
    `one to ${typeOf(node)}: the memory is another`;
}

/** The declaration that an expression names. */
function addressIn({ text }: SyntaxNode): string | undefined {
  return /(?:Function|CXXMethod|CXXConversion|\.|->)[^']*? ?(0x[0-9a-f]+)/
    .exec(text)?.[1];
}

function variableRule(
  node: SyntaxNode,
  constants: Set<string>,
): string | undefined {
  if (node.kind !== "VarDecl") return undefined;
  const isGlobal = /^(const |volatile )*__global [^*&]*$/.test(typeOf(node));
  if (!isGlobal || constants.has(`${node.file}:${node.line}`)) return undefined;
  return "a variable that is not of one call must be in constant memory";
}

/** The lines of declarations in constant memory, up to their values. */
function constantLines(list: TokenList): Set<string> {
  const lines = new Set<string>();
  for (let i = 0; i < list.length; i++) {
    if (list.at(i) !== "constant") continue;
    while (i < list.length && !["=", ";", "{"].includes(list.at(i))) {
      const { file, line } = list.tokens[i++]!;
      lines.add(`${file}:${line}`);
    }
  }
  return lines;
}

/** Functions that call themselves, straight or through others. */
function findRecursion(root: SyntaxNode): Finding[] {
  const functions = new Map<string, SyntaxNode>();
  const first = new Map<string, string>();
  const calls = new Map<string, Set<string>>();
  const visit = (node: SyntaxNode, caller: string | undefined) => {
    if (FUNCTIONS.has(node.kind)) {
      const earlier = /^prev (0x[0-9a-f]+)/.exec(node.text)?.[1];
      caller = first.get(earlier ?? "") ?? node.address;
      first.set(node.address, caller);
      functions.set(caller, node);
    }
    const callee = addressIn(node);
    if (
      caller !== undefined && callee !== undefined && EXPRESSIONS.has(node.kind)
    ) {
      calls.set(caller, (calls.get(caller) ?? new Set()).add(callee));
    }
    for (const child of node.children) visit(child, caller);
  };
  visit(root, undefined);
  return [...functions].filter(([address]) => reaches(address, address)).map(
    ([, { file, line }]) => ({ file, line, text: "a function calls itself" }),
  );

  function reaches(from: string, goal: string): boolean {
    const seen = new Set<string>();
    const open = [from];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      for (const named of calls.get(one) ?? []) {
        const next = first.get(named) ?? named;
        if (next === goal) return true;
        if (!seen.has(next)) open.push(next);
        seen.add(next);
      }
    }
    return false;
  }
}

const EXPRESSIONS = new Set(["DeclRefExpr", "MemberExpr"]);
