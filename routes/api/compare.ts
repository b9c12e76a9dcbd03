import { parseCompareRequest } from "../../lib/api/compare_request.ts";
import { allowMethods } from "../../lib/web/allow_methods.ts";
import { define } from "../../lib/web/define.ts";
import { eventStreamResponse } from "../../lib/web/event_stream.ts";
import { readJsonBody } from "../../lib/web/read_body.ts";
import { wantsKeeping } from "../../lib/web/wants_keeping.ts";

/**
 * `POST /api/compare`: several models continue one prompt, or read one text in
 * lock-step. The answer is a stream of server-sent events, each a
 * `CompareEvent`; with `?keep=on` the run is kept in the history.
 */
export const handler = define.handlers(async ({ req, url, state }) => {
  allowMethods(req, "POST");
  const request = parseCompareRequest(await readJsonBody(req));
  const keep = wantsKeeping(url);
  return await eventStreamResponse((signal) => {
    const events = state.compare(request, { signal });
    return keep ? state.history.keepComparison(request, events) : events;
  }, { signal: req.signal });
});
