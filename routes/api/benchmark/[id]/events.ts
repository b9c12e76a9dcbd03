import { allowMethods } from "../../../../lib/web/allow_methods.ts";
import { define } from "../../../../lib/web/define.ts";
import { eventStreamResponse } from "../../../../lib/web/event_stream.ts";

/**
 * `GET /api/benchmark/<id>/events`: server-sent events, each a
 * `BenchmarkUpdate` with all of the run. It ends with the run.
 */
export const handler = define.handlers(async ({ req, params, state }) => {
  allowMethods(req, "GET");
  return await eventStreamResponse(
    (signal) => state.benchmarks.watch(params.id!, signal),
    { signal: req.signal },
  );
});
