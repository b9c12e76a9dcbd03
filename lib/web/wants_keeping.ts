/**
 * Whether a run is to be kept in the history. Pages ask for it in the address;
 * other programs have to know of it.
 */
export function wantsKeeping(url: URL): boolean {
  return url.searchParams.get("keep") === "on";
}
