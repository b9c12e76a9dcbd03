import { allowMethods } from "../../../../lib/web/allow_methods.ts";
import { define } from "../../../../lib/web/define.ts";

/**
 * `POST /api/benchmark/<id>/stop`: ends a benchmark after the measurement that
 * it is at. The answer is its `BenchmarkRun`.
 */
export const handler = define.handlers(({ req, params, state }) => {
  allowMethods(req, "POST");
  return Response.json(state.benchmarks.stop(params.id!), {
    headers: { "cache-control": "no-store" },
  });
});
