/**
 * What pages and islands may use on both sides.
 *
 * @module
 */
import { BUILD_ID, BUILD_KEY } from "./build_id.ts";

export { Head, type HeadProps } from "./head.ts";
export { HttpError } from "./http_error.ts";

/** Whether this runs in a browser. */
export const IS_BROWSER = typeof document !== "undefined";

/**
 * The address of a static file, with the build's name: it may be kept by
 * browsers for ever, and the next build has another.
 */
export function asset(path: string): string {
  if (BUILD_ID === "" || !path.startsWith("/") || path.startsWith("//")) {
    return path;
  }
  const [address = "", hash] = path.split("#", 2);
  if (address.includes(`${BUILD_KEY}=`)) return path;
  const joint = address.includes("?") ? "&" : "?";
  const end = hash === undefined ? "" : `#${hash}`;
  return `${address}${joint}${BUILD_KEY}=${BUILD_ID}${end}`;
}
