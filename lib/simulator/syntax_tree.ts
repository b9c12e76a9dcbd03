import type { Place } from "./finding.ts";

/** One node of clang's syntax tree. */
export interface SyntaxNode extends Place {
  /** Such as `VarDecl`. */
  kind: string;
  /** What other nodes call it by. */
  address: string;
  /** What clang says of it, without kind, address and place. */
  text: string;
  parent: SyntaxNode | undefined;
  children: SyntaxNode[];
}

const NODE = /^([ |`-]*)([A-Z]\w+) (0x[0-9a-f]+) ?(.*)$/;
const PLACE =
  /(?:line:(\d+)|col|(<scratch space>|<built-in>|[^\s<>,:]+):(\d+)):\d+/g;

/**
 * Reads what `clang -Xclang -ast-dump` prints.
 *
 * @param isOurs tells whether a file may be the place of a node: what a macro
 *   of the library has written has the place of the nearest other token
 */
export function readSyntaxTree(
  dump: string,
  isOurs: (file: string) => boolean,
): SyntaxNode {
  const root = emptyNode();
  const open: { depth: number; node: SyntaxNode }[] = [];
  const place = { file: "", line: 0 };
  for (const line of dump.split("\n")) {
    const [, branch, kind = "", address = "", rest = ""] = NODE.exec(line) ??
      [];
    if (branch === undefined) continue;
    while ((open.at(-1)?.depth ?? -1) >= branch.length) open.pop();
    const parent = open.at(-1)?.node ?? root;
    const where = readPlaces(rest, place, isOurs);
    const text = rest.slice(0, where.start) + rest.slice(where.end);
    const { file, line: number } = where;
    const node: SyntaxNode = {
      ...emptyNode(),
      kind,
      address,
      text: text.trim(),
      parent,
      file,
      line: number,
    };
    parent.children.push(node);
    open.push({ depth: branch.length, node });
  }
  return root;
}

/** Every node below one, in the order of the text, but below skipped ones. */
export function* nodesBelow(
  node: SyntaxNode,
  skip: (node: SyntaxNode) => boolean,
): Generator<SyntaxNode> {
  for (const child of node.children) {
    if (skip(child)) continue;
    yield child;
    yield* nodesBelow(child, skip);
  }
}

/** The first type that clang says of a node, without quotes. */
export function typeOf({ text }: SyntaxNode): string {
  return /'([^']*)'/.exec(text)?.[1] ?? "";
}

function emptyNode(): SyntaxNode {
  return {
    kind: "",
    address: "",
    text: "",
    parent: undefined,
    children: [],
    file: "",
    line: 0,
  };
}

/** Clang names only what has changed since the last place. */
function readPlaces(
  rest: string,
  current: { file: string; line: number },
  isOurs: (file: string) => boolean,
) {
  const quote = rest.indexOf("'");
  const head = quote < 0 ? rest : rest.slice(0, quote);
  let place: Place | undefined;
  let start = 0;
  let end = 0;
  for (const match of head.matchAll(PLACE)) {
    const [whole, line, file, lineOfFile] = match;
    if (file !== undefined) current.file = file;
    const number = line ?? lineOfFile;
    if (number !== undefined) current.line = Number(number);
    if (place === undefined) start = head.lastIndexOf("<", match.index);
    if (place === undefined || !isOurs(place.file)) place = { ...current };
    end = match.index + whole.length;
  }
  if (rest[end] === ">") end += 1;
  return { ...place ?? current, start: Math.max(start, 0), end };
}
