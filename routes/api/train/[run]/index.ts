import { allowMethods } from "../../../../lib/web/allow_methods.ts";
import { define } from "../../../../lib/web/define.ts";

/**
 * `GET /api/train/<run>`: all of a run, as a `TrainingSnapshot`. `DELETE`
 * removes it with its files; a run that is at work has to be stopped first.
 */
export const handler = define.handlers(async ({ req, params, state }) => {
  allowMethods(req, "GET", "DELETE");
  const headers = { "cache-control": "no-store" };
  if (req.method === "DELETE") {
    await state.runs.remove(params.run!);
    return new Response(null, { status: 204, headers });
  }
  return Response.json(await state.runs.get(params.run!), { headers });
});
