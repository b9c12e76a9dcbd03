import { App, staticFiles } from "fresh";
import { findProjectDirectory } from "./lib/config.ts";
import { describeSystem } from "./lib/engine/describe_system.ts";
import { sharedEngine } from "./lib/engine/shared_engine.ts";
import { sharedRuns } from "./lib/training/shared_runs.ts";
import type { State } from "./lib/web/define.ts";

// A run that the last server's end interrupted goes on now, not only when
// somebody looks.
sharedRuns();

/** The application: files as they are, then the routes below `routes/`. */
export const app = new App<State>()
  .use(staticFiles())
  .use((ctx) => {
    ctx.state.engine = sharedEngine();
    ctx.state.runs = sharedRuns();
    ctx.state.sampleText = findProjectDirectory("examples/data");
    ctx.state.system = describeSystem;
    return ctx.next();
  })
  .fsRoutes();
