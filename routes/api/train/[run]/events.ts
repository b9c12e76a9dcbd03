import { allowMethods } from "../../../../lib/web/allow_methods.ts";
import { define } from "../../../../lib/web/define.ts";
import { eventStreamResponse } from "../../../../lib/web/event_stream.ts";

/**
 * `GET /api/train/<run>/events`: server-sent events, each a `TrainingUpdate`:
 * all that happened until now, then what happens. It ends when the run rests.
 */
export const handler = define.handlers(async ({ req, params, state }) => {
  allowMethods(req, "GET");
  return await eventStreamResponse(
    (signal) => state.runs.watch(params.run!, signal),
    { signal: req.signal },
  );
});
