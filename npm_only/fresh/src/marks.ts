/** The id of the element that holds the islands' props. */
export const ISLANDS_ID = "__fresh_islands";

/** The name that the comments around an island begin with. */
export const MARKER = "fresh-island";
