import { App, staticFiles } from "fresh";
import type { State } from "./define.ts";

export const app = new App<State>()
  .use(staticFiles())
  .use((ctx) => {
    ctx.state.trail = ["main"];
    return ctx.next();
  })
  .fsRoutes();
