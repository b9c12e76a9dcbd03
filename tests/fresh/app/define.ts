import { createDefine } from "fresh";

/** What the fixture's routes share. */
export interface State {
  /** Who had the request in hand, in order. */
  trail: string[];
}

export const define = createDefine<State>();
