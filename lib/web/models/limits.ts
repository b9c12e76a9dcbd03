/** A request that names a model, as a form or as JSON, takes no more bytes. */
export const MAX_REQUEST_BYTES = 4096;

/** Seconds after which the page loads itself without scripts. */
export const REFRESH_SECONDS = 5;
