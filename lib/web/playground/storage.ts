import { type FormValues, valuesFromStored } from "./form_values.ts";

const KEY = "playground";

/**
 * The form as this tab last had it, over the page's own values. Each tab keeps
 * its own: two can ask different things.
 */
export function loadValues(defaults: FormValues): FormValues {
  return valuesFromStored(loadStored(KEY), defaults);
}

/** Keeps the form for the next time that this tab loads the page. */
export function saveValues(values: FormValues): void {
  saveStored(KEY, values);
}

/** What this tab keeps under a name; undefined if there is nothing. */
export function loadStored(name: string): unknown {
  try {
    const stored = sessionStorage.getItem(name);
    return stored === null ? undefined : JSON.parse(stored);
  } catch {
    // Storage is blocked or holds something else: begin anew.
    return undefined;
  }
}

/** Keeps a value under a name for this tab. */
export function saveStored(name: string, value: unknown): void {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Storage is blocked or full: the page works, it only forgets.
  }
}
