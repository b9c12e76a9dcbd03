/**
 * Whether a path that came from elsewhere stays below the folder that it is
 * joined to: relative, without `..`, and without what some system reads as a
 * separator, a drive or an end.
 */
export function isSafePath(path: string): boolean {
  return path.length > 0 && path.length <= 1000 &&
    // deno-lint-ignore no-control-regex
    !/[\\:\u0000-\u001f\u007f]/.test(path) &&
    path.split("/").every((part) =>
      part !== "" && part !== "." && part !== ".." && part.length <= 255
    );
}
