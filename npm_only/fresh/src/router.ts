import type { Method } from "./handlers.ts";

/** What a path and a method lead to. */
export interface Match<Item> {
  /** The pattern that the path matches. */
  pattern: string;
  /** Values of the pattern's parameters, decoded. */
  params: Record<string, string>;
  /** Undefined if the pattern has no such method. */
  item: Item | undefined;
  /** The methods that the pattern has. */
  methods: Method[];
}

interface Entry<Item> {
  pattern: string;
  /** Undefined for a pattern without parameters. */
  matcher: URLPattern | undefined;
  items: Map<Method, Item>;
}

/** Finds what answers a path: fixed paths first, then patterns in order. */
export class Router<Item> {
  readonly #fixed = new Map<string, Entry<Item>>();
  readonly #patterns = new Map<string, Entry<Item>>();

  /** Adds an item; the first one for a pattern and a method stays. */
  add(method: Method, pattern: string, item: Item) {
    const dynamic = /[*:{}+?()]/.test(pattern);
    const group = dynamic ? this.#patterns : this.#fixed;
    let entry = group.get(pattern);
    if (entry === undefined) {
      const matcher = dynamic
        ? new URLPattern({ pathname: pattern })
        : undefined;
      entry = { pattern, matcher, items: new Map() };
      group.set(pattern, entry);
    }
    if (!entry.items.has(method)) entry.items.set(method, item);
  }

  /** Finds what answers; a slash at the end makes no difference. */
  match(method: Method, pathname: string): Match<Item> | undefined {
    const other = pathname.endsWith("/")
      ? pathname.slice(0, -1)
      : `${pathname}/`;
    const fixed = this.#fixed.get(pathname) ?? this.#fixed.get(other);
    if (fixed !== undefined) return result(fixed, method, {});
    for (const entry of this.#patterns.values()) {
      const found = entry.matcher?.exec({ pathname });
      if (found) return result(entry, method, found.pathname.groups);
    }
    return undefined;
  }
}

function result<Item>(
  entry: Entry<Item>,
  method: Method,
  groups: Record<string, string | undefined>,
): Match<Item> {
  const params: Record<string, string> = Object.create(null);
  for (const [name, value = ""] of Object.entries(groups)) {
    params[name] = decode(value);
  }
  const { pattern, items } = entry;
  const item = items.get(method) ??
    (method === "HEAD" ? items.get("GET") : undefined);
  return { pattern, params, item, methods: [...items.keys()] };
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
