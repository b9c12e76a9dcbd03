import { allowMethods } from "../../../lib/web/allow_methods.ts";
import { define } from "../../../lib/web/define.ts";

/**
 * `GET /api/models/overview`: the models that are here or can be fetched, what
 * is loaded and what is being downloaded, as a `ModelOverview`.
 */
export const handler = define.handlers(async ({ req, state }) => {
  allowMethods(req, "GET");
  return Response.json(await state.models.overview(), {
    headers: { "cache-control": "no-store" },
  });
});
