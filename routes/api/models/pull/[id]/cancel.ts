import { allowMethods } from "../../../../../lib/web/allow_methods.ts";
import { define } from "../../../../../lib/web/define.ts";

/**
 * `POST /api/models/pull/<id>/cancel`: stops a download; what was fetched is
 * gone on with the next time. The answer is its `PullStatus`.
 */
export const handler = define.handlers(({ req, params, state }) => {
  allowMethods(req, "POST");
  return Response.json(state.pulls.cancel(params.id!), {
    headers: { "cache-control": "no-store" },
  });
});
