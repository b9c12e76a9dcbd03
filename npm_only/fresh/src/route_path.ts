/**
 * The URL pattern of a file below `routes/`, given without its extension:
 * `index` is the folder itself, `[x]` a parameter, `[[x]]` one that may be
 * absent, `[...x]` the rest of the path, and `(group)` no part of the URL.
 */
export function patternOf(file: string): string {
  const parts = file.split("/").filter((part) => !/^\(.*\)$/.test(part));
  if (parts.at(-1) === "index") parts.pop();
  const pattern = parts.map(segment).join("");
  if (pattern === "") return "/";
  // Alone, an optional parameter must not take the first slash with it.
  return pattern.replace(/^\{\/(:\w+)\}\?$/, "/{$1}?");
}

function segment(part: string): string {
  const rest = /^\[\.\.\.(\w+)\]$/.exec(part);
  if (rest) return `/:${rest[1]}*`;
  const optional = /^\[\[(\w+)\]\]$/.exec(part);
  if (optional) return `{/:${optional[1]}}?`;
  return "/" + part.replaceAll(/\[(\w+)\]/g, ":$1");
}

/** The folder whose middlewares and layouts a route file is under. */
export function folderOf(file: string): string {
  const slash = file.lastIndexOf("/");
  return slash < 0 ? "/" : `/${file.slice(0, slash)}`;
}

/**
 * The order in which route files are tried: a fixed part goes before a
 * parameter, a parameter before the rest of the path.
 */
export function compareRoutes(a: string, b: string): number {
  const left = patternOf(a).split("/"), right = patternOf(b).split("/");
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = rank(left[i]) - rank(right[i]);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : 1;
}

function rank(part: string | undefined): number {
  if (part === undefined || part === "") return 0;
  if (part.endsWith("*")) return 3;
  return part.includes(":") ? 2 : 1;
}
