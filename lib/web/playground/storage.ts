import { type FormValues, valuesFromStored } from "./form_values.ts";

const KEY = "playground";

/**
 * The form as this tab last had it, over the page's own values. Each tab keeps
 * its own: two can ask different things.
 */
export function loadValues(defaults: FormValues): FormValues {
  try {
    const stored = sessionStorage.getItem(KEY);
    if (stored === null) return defaults;
    return valuesFromStored(JSON.parse(stored), defaults);
  } catch {
    // Storage is blocked or holds something else: begin anew.
    return defaults;
  }
}

/** Keeps the form for the next time that this tab loads the page. */
export function saveValues(values: FormValues): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(values));
  } catch {
    // Storage is blocked or full: the page works, it only forgets.
  }
}
