import { createDefine } from "fresh";
import type { SystemInfo } from "../engine/describe_system.ts";
import type { Engine } from "../engine/engine.ts";

/** What every route finds in `ctx.state`. */
export interface State {
  /** The engine of this process. */
  engine: Pick<Engine, "listModels" | "generate" | "status">;
  /** Describes what runs here. */
  system: () => SystemInfo;
  /** The title of the page, without the site's name. */
  title?: string;
}

/** Typed `page`, `handlers` and `middleware` for the routes. */
export const define = createDefine<State>();
