declare const __FRESH_BUILD_ID__: string;

/** Names the build; empty where nothing was built, as in tests. */
export const BUILD_ID = typeof __FRESH_BUILD_ID__ === "string"
  ? __FRESH_BUILD_ID__
  : "";

/** The query parameter that carries the build's name. */
export const BUILD_KEY = "__frsh_c";
