import { App, staticFiles } from "fresh";
import { findProjectDirectory } from "./lib/config.ts";
import { describeSystem } from "./lib/engine/describe_system.ts";
import { sharedEngine } from "./lib/engine/shared_engine.ts";
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
    ctx.state.runs = sharedRuns();
    ctx.state.sampleText = findProjectDirectory(SAMPLE_TEXT);
    ctx.state.system = describeSystem;
    return ctx.next();
  })
  .fsRoutes();
