/**
 * What the browser runs on a page with islands: it finds their places, loads
 * their modules and gives them their props.
 *
 * @module
 */
import { type ComponentType, type ContainerNode, h, render } from "preact";
import type { IslandManifest } from "./document.ts";
import { revive } from "./revive.ts";

/** A place in the page between two comments. */
interface Place {
  id: number;
  start: Comment;
  end: Comment;
}

/** Starts every island of the page. */
export async function boot(elementId: string, marker: string): Promise<void> {
  const text = document.getElementById(elementId)?.textContent;
  if (!text) return;
  const { islands, props }: IslandManifest = JSON.parse(text);
  const values = revive(props) as Record<string, unknown>[];
  await Promise.all(
    findPlaces(marker).map(async ({ id, start, end }) => {
      const island = islands[id];
      if (island === undefined) return;
      const module = await import(/* @vite-ignore */ island.chunk);
      const component: ComponentType = module[island.exportName];
      // Rendered, not hydrated: what differs from the server's page (a control
      // that is disabled there) must change, and hydration leaves attributes.
      render(h(component, values[id] ?? {}), rangeRoot(start, end));
    }),
  );
}

function findPlaces(marker: string): Place[] {
  const places: Place[] = [];
  const open = new Map<number, Comment>();
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_COMMENT);
  while (walker.nextNode()) {
    const comment = walker.currentNode as Comment;
    const [name, id] = comment.data.split(":");
    if (name === marker) open.set(Number(id), comment);
    const start = name === `/${marker}` ? open.get(Number(id)) : undefined;
    if (start !== undefined) {
      places.push({ id: Number(id), start, end: comment });
    }
  }
  return places;
}

/**
 * A stand-in for a parent element that consists of the nodes between two
 * comments: the part of the DOM's interface that Preact asks a root for.
 */
function rangeRoot(start: Comment, end: Comment): ContainerNode {
  const parent = start.parentNode;
  if (parent === null || parent !== end.parentNode) {
    throw new Error("Cannot start an island: its place has been torn apart");
  }
  const childNodes = () => {
    const nodes: ChildNode[] = [];
    let node = start.nextSibling;
    while (node !== null && node !== end) {
      nodes.push(node);
      node = node.nextSibling;
    }
    return nodes;
  };
  const insertBefore = (node: Node, before: Node | null) =>
    parent.insertBefore(node, before ?? end);
  const root = {
    nodeType: 1,
    parentNode: parent,
    ownerDocument: document,
    namespaceURI: (parent as Element).namespaceURI,
    get firstChild() {
      return childNodes()[0] ?? null;
    },
    get childNodes() {
      return childNodes();
    },
    insertBefore,
    appendChild: (node: Node) => insertBefore(node, null),
    removeChild: (node: Node) => parent.removeChild(node),
    contains: (node: Node | null) => parent.contains(node),
  };
  return root as unknown as ContainerNode;
}
