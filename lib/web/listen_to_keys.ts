/** What the page does when it is told to. */
export interface PageActions {
  /** Control or Command with Enter. */
  submit: () => void;
  /** Escape. */
  stop: () => void;
  /** The page is left. @default stop */
  leave?: () => void;
}

/**
 * Listens to the keys of a page that runs something, and to its end.
 *
 * @returns stops to listen
 */
export function listenToKeys(actions: PageActions): () => void {
  const { submit, stop, leave = stop } = actions;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Escape") stop();
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit();
  };
  document.addEventListener("keydown", onKeyDown);
  // A page that is kept for going back must not keep the engine.
  addEventListener("pagehide", leave);
  return () => {
    document.removeEventListener("keydown", onKeyDown);
    removeEventListener("pagehide", leave);
  };
}
