/** A run's options, as a form or as JSON, take no more bytes. */
export const MAX_OPTIONS_BYTES = 64 * 1024;

/** Seconds after which the page of a run loads itself without scripts. */
export const REFRESH_SECONDS = 5;
