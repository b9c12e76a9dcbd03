import type { PullUpdate } from "../../../../../lib/api/pull_status.ts";
import { allowMethods } from "../../../../../lib/web/allow_methods.ts";
import { define, type State } from "../../../../../lib/web/define.ts";
import { eventStreamResponse } from "../../../../../lib/web/event_stream.ts";

/**
 * `GET /api/models/pull/<id>/events`: server-sent events, each a `PullUpdate`:
 * the download's status, now and after each change, until it ends.
 */
export const handler = define.handlers(async ({ req, params, state }) => {
  allowMethods(req, "GET");
  return await eventStreamResponse(
    (signal) => updates(state.pulls, params.id!, signal),
    { signal: req.signal },
  );
});

async function* updates(
  pulls: State["pulls"],
  id: string,
  signal: AbortSignal,
): AsyncGenerator<PullUpdate, void, undefined> {
  for await (const status of pulls.watch(id, signal)) {
    yield { type: "status", status };
  }
}
