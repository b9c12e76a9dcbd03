import { createDefine } from "fresh";
import type { CompareEvent, CompareRequest } from "../api/compare.ts";
import type { BenchmarkManager } from "../bench/benchmark_manager.ts";
import type { SystemInfo } from "../engine/describe_system.ts";
import type { Engine } from "../engine/engine.ts";
import type { ModelShelf } from "../engine/model_shelf.ts";
import type { History } from "../history/history.ts";
import type { PullManager } from "../hub/mod.ts";
import type { RunManager } from "../training/run_manager.ts";

/** What every route finds in `ctx.state`. */
export interface State {
  /** The engine of this process. */
  engine: Pick<Engine, "listModels" | "generate" | "status">;
  /** Answers a comparison with the engine of this process. */
  compare: (
    request: CompareRequest,
    options: { signal?: AbortSignal },
  ) => AsyncIterable<CompareEvent>;
  /** What the pages remember of their runs. */
  history: Pick<
    History,
    | "status"
    | "list"
    | "get"
    | "remove"
    | "clear"
    | "keeper"
    | "keepGeneration"
    | "keepComparison"
    | "vote"
    | "tally"
  >;
  /** The training runs of this process. */
  runs: Pick<
    RunManager,
    "list" | "get" | "start" | "stop" | "resume" | "remove" | "watch"
  >;
  /** The models of this machine and of the hub. */
  models: Pick<ModelShelf, "overview" | "load" | "unload" | "remove">;
  /** The downloads of this process. */
  pulls: Pick<PullManager, "start" | "list" | "get" | "cancel" | "watch">;
  /** The benchmarks of this process. */
  benchmarks: Pick<
    BenchmarkManager,
    | "shapes"
    | "active"
    | "devices"
    | "get"
    | "start"
    | "import"
    | "stop"
    | "watch"
    | "toText"
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
