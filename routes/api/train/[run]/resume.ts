import { allowMethods } from "../../../../lib/web/allow_methods.ts";
import { define } from "../../../../lib/web/define.ts";

/**
 * `POST /api/train/<run>/resume`: goes on with a run from its last checkpoint.
 * The answer is its `TrainingRun`.
 */
export const handler = define.handlers(async ({ req, params, state }) => {
  allowMethods(req, "POST");
  return Response.json(await state.runs.resume(params.run!), {
    headers: { "cache-control": "no-store" },
  });
});
