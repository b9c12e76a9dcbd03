import { allowMethods } from "../../../lib/web/allow_methods.ts";
import { define } from "../../../lib/web/define.ts";

/** `GET /api/models`: the models that can be asked, as `ModelInfo[]`. */
export const handler = define.handlers(async (ctx) => {
  allowMethods(ctx.req, "GET");
  const models = await ctx.state.engine.listModels();
  return Response.json(models, { headers: { "cache-control": "no-store" } });
});
