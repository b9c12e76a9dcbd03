import { App, staticFiles } from "fresh";
import { sharedBenchmarks } from "./lib/bench/shared_benchmarks.ts";
import { findProjectDirectory } from "./lib/config.ts";
import { compareModels } from "./lib/engine/compare_models.ts";
import { describeSystem } from "./lib/engine/describe_system.ts";
import { ModelShelf } from "./lib/engine/model_shelf.ts";
import { sharedEngine } from "./lib/engine/shared_engine.ts";
import { sharedHistory } from "./lib/history/shared_history.ts";
import { sharedPulls } from "./lib/hub/mod.ts";
import { sharedRuns } from "./lib/training/shared_runs.ts";
import type { State } from "./lib/web/define.ts";

/** What the training page offers to those who bring no text. */
const SAMPLE_TEXT = "examples/data/wind-in-the-willows.txt";

// A run that the last server's end interrupted goes on now, not only when
// somebody looks.
sharedRuns();

/** The application: files as they are, then the routes below `routes/`. */
export const app = new App<State>()
  .use(staticFiles())
  .use((ctx) => {
    ctx.state.engine = sharedEngine();
    ctx.state.compare = (request, options) =>
      compareModels(sharedEngine(), request, options);
    ctx.state.history = sharedHistory({
      // Its page tells what to do; the log needs no more than that it happened.
      onFailure: (error) => console.error(`A run is not kept. ${error}`),
    });
    ctx.state.runs = sharedRuns();
    ctx.state.pulls = sharedPulls();
    ctx.state.models = new ModelShelf({
      engine: sharedEngine(),
      pulls: sharedPulls(),
    });
    ctx.state.benchmarks = sharedBenchmarks(() => sharedHistory().keeper());
    ctx.state.sampleText = findProjectDirectory(SAMPLE_TEXT);
    ctx.state.system = describeSystem;
    return ctx.next();
  })
  .fsRoutes();
