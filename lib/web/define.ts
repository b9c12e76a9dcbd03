import { createDefine } from "fresh";
import type { SystemInfo } from "../engine/describe_system.ts";
import type { Engine } from "../engine/engine.ts";
import type { RunManager } from "../training/run_manager.ts";

/** What every route finds in `ctx.state`. */
export interface State {
  /** The engine of this process. */
  engine: Pick<Engine, "listModels" | "generate" | "status">;
  /** The training runs of this process. */
  runs: Pick<
    RunManager,
    "list" | "get" | "start" | "stop" | "resume" | "remove" | "watch"
  >;
  /** A text to train on, for those who bring none. */
  sampleText: string | undefined;
  /** Describes what runs here. */
  system: () => SystemInfo;
  /** The title of the page, without the site's name. */
  title?: string;
  /** Seconds after which a page without scripts loads itself again. */
  refresh?: number;
}

/** Typed `page`, `handlers` and `middleware` for the routes. */
export const define = createDefine<State>();
