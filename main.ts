import { App, staticFiles } from "fresh";
import { describeSystem } from "./lib/engine/describe_system.ts";
import { sharedEngine } from "./lib/engine/shared_engine.ts";
import type { State } from "./lib/web/define.ts";

/** The application: files as they are, then the routes below `routes/`. */
export const app = new App<State>()
  .use(staticFiles())
  .use((ctx) => {
    ctx.state.engine = sharedEngine();
    ctx.state.system = describeSystem;
    return ctx.next();
  })
  .fsRoutes();
