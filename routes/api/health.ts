import { allowMethods } from "../../lib/web/allow_methods.ts";
import { define } from "../../lib/web/define.ts";

/** `GET /api/health`: what runs here, and what it is doing. */
export const handler = define.handlers((ctx) => {
  allowMethods(ctx.req, "GET");
  const system = ctx.state.system();
  const { active, queued, loaded } = ctx.state.engine.status();
  // Where models lie is this machine's business alone.
  const models = loaded.map(({ directory: _directory, ...model }) => model);
  return Response.json({ ...system, active, queued, loaded: models }, {
    status: system.error === undefined ? 200 : 503,
    headers: { "cache-control": "no-store" },
  });
});
