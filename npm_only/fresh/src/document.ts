import type { UsedIsland } from "./islands.ts";
import { ISLANDS_ID } from "./marks.ts";
import { serialize } from "./serialize.ts";

/** What {@linkcode completeDocument} adds to a page. */
export interface Additions {
  /** The islands that were rendered, in the order of their markers. */
  islands: UsedIsland[];
  clientEntry: string;
  /** Further module scripts. */
  scripts: string[];
}

/** What the page tells the browser about its islands. */
export interface IslandManifest {
  /** One for each marker: module, export. */
  islands: { chunk: string; exportName: string }[];
  /** The props of all, serialised together so that signals stay shared. */
  props: string;
}

/** A whole document: doctype, collected head elements, scripts. */
export function completeDocument(
  rendered: string,
  head: string[],
  { islands, clientEntry, scripts }: Additions,
): string {
  const modules = [...scripts];
  const preload = new Set<string>();
  let data = "";
  if (islands.length > 0) {
    modules.push(clientEntry);
    for (const { entry } of islands) {
      for (const address of [entry.chunk, ...entry.preload]) {
        preload.add(address);
      }
    }
    const manifest: IslandManifest = {
      islands: islands.map(({ entry: { chunk, exportName } }) => ({
        chunk,
        exportName,
      })),
      props: serialize(
        islands.map(({ entry: { name }, props }) => ({ name, props })),
      ),
    };
    // "<" cannot end the element early, nor begin a comment.
    const json = JSON.stringify(manifest).replaceAll("<", "\\u003c");
    data =
      `<script type="application/json" id="${ISLANDS_ID}">${json}</script>`;
  }
  const links = [...preload].map((address) =>
    `<link rel="modulepreload" href="${address}">`
  );
  const tags = modules.map((address) =>
    `<script type="module" src="${address}"></script>`
  );

  let html = wrap(rendered);
  html = insertHead(html, head);
  html = insertBefore(html, "</head>", links.join(""), "first");
  html = insertBefore(html, "</body>", data + tags.join(""), "last");
  return `<!DOCTYPE html>${html}`;
}

/** Gives a fragment the elements that every document has. */
function wrap(html: string): string {
  let whole = html;
  if (!/<body[\s>]/.test(whole)) whole = `<body>${whole}</body>`;
  if (!/<head[\s>]/.test(whole)) {
    const head = '<head><meta charset="utf-8"></head>';
    whole = whole.includes("<body") && /<html[\s>]/.test(whole)
      ? whole.replace(/<body/, `${head}<body`)
      : head + whole;
  }
  return /<html[\s>]/.test(whole) ? whole : `<html>${whole}</html>`;
}

/** Adds head elements; those that say the same thing later win. */
function insertHead(html: string, elements: string[]): string {
  const end = html.indexOf("</head>");
  if (end < 0 || elements.length === 0) return html;
  let before = html.slice(0, end);
  const added = new Map<string, string>();
  for (const element of elements) {
    const key = identity(element);
    if (key !== undefined) {
      const old = new RegExp(key, "i").exec(before);
      if (old) before = before.replace(old[0], "");
    }
    const name = key ?? element;
    added.delete(name);
    added.set(name, element);
  }
  return before + [...added.values()].join("") + html.slice(end);
}

/** A pattern for the element that this one replaces, if there is one. */
function identity(element: string): string | undefined {
  if (element.startsWith("<title")) return "<title[^>]*>[^<]*</title>";
  const name = /^<meta[^>]*\sname="([\w:.-]+)"/.exec(element)?.[1];
  return name === undefined
    ? undefined
    : `<meta[^>]*\\sname="${name.replaceAll(".", "\\.")}"[^>]*>`;
}

function insertBefore(
  html: string,
  mark: string,
  text: string,
  which: "first" | "last",
): string {
  const at = which === "first" ? html.indexOf(mark) : html.lastIndexOf(mark);
  return at < 0 ? html + text : html.slice(0, at) + text + html.slice(at);
}
