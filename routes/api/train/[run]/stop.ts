import { allowMethods } from "../../../../lib/web/allow_methods.ts";
import { define } from "../../../../lib/web/define.ts";

/**
 * `POST /api/train/<run>/stop`: ends a run after the step that it is at, with a checkpoint.
 * The answer is its `TrainingRun`.
 */
export const handler = define.handlers(async ({ req, params, state }) => {
  allowMethods(req, "POST");
  return Response.json(await state.runs.stop(params.run!), {
    headers: { "cache-control": "no-store" },
  });
});
