import { signal } from "@preact/signals";
import type { Entry } from "./serialize.ts";

/** The values that {@linkcode serialize} made the text from. */
export function revive(text: string): unknown {
  const entries: Entry[] = JSON.parse(text);
  const values = new Map<number, unknown>();

  function get(index: string | number): unknown {
    const at = Number(index);
    if (values.has(at)) return values.get(at);
    const entry = entries[at];
    if (!Array.isArray(entry)) {
      values.set(at, entry);
      return entry;
    }
    return decode(at, entry);
  }

  function decode(
    at: number,
    [kind, ...parts]: [string, ...(string | number)[]],
  ): unknown {
    /** Known before its parts are: they may lead back to it. */
    const keep = <T>(value: T): T => {
      values.set(at, value);
      return value;
    };
    const [first = ""] = parts;
    switch (kind) {
      case "undefined":
        return keep(undefined);
      case "number":
        return keep(Number(first));
      case "bigint":
        return keep(BigInt(first));
      case "date":
        return keep(new Date(Number(first)));
      case "url":
        return keep(new URL(String(first)));
      case "bytes":
        return keep(bytesOf(String(first)));
      case "signal": {
        const made = keep(signal<unknown>(undefined));
        made.value = get(first);
        return made;
      }
      case "array": {
        const list = keep<unknown[]>([]);
        for (const part of parts) list.push(get(part));
        return list;
      }
      case "set": {
        const set = keep(new Set());
        for (const part of parts) set.add(get(part));
        return set;
      }
      case "map": {
        const map = keep(new Map());
        for (let i = 0; i < parts.length; i += 2) {
          map.set(get(parts[i] ?? 0), get(parts[i + 1] ?? 0));
        }
        return map;
      }
      case "object": {
        const object = keep<Record<string, unknown>>({});
        for (let i = 0; i < parts.length; i += 2) {
          // Not by assignment: "__proto__" is a name like any other.
          Object.defineProperty(object, String(parts[i]), {
            value: get(parts[i + 1] ?? 0),
            configurable: true,
            enumerable: true,
            writable: true,
          });
        }
        return object;
      }
      default:
        throw new TypeError(`Cannot read an island's props: kind "${kind}"`);
    }
  }

  return get(0);
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
