/** A benchmark's options, as a form or as JSON, take no more bytes. */
export const MAX_OPTIONS_BYTES = 16 * 1024;

/** What llama-bench wrote takes no more bytes, escaped as a form does. */
export const MAX_IMPORT_BYTES = 4 * 1024 * 1024;

/** Seconds after which the page of a run loads itself without scripts. */
export const REFRESH_SECONDS = 5;
