import { parseGenerateRequest } from "../../lib/api/generate_request.ts";
import { allowMethods } from "../../lib/web/allow_methods.ts";
import { define } from "../../lib/web/define.ts";
import { eventStreamResponse } from "../../lib/web/event_stream.ts";
import { gatherGeneration } from "../../lib/web/gather_generation.ts";
import { readJsonBody } from "../../lib/web/read_body.ts";
import { wantsKeeping } from "../../lib/web/wants_keeping.ts";

/**
 * `POST /api/generate`: continues a prompt. The answer is a stream of
 * server-sent events; with `accept: application/json` it is the whole text. With
 * `?keep=on` the run is kept in the history, as the playground's are.
 */
export const handler = define.handlers(async (ctx) => {
  const { req, state } = ctx;
  allowMethods(req, "POST");
  const request = parseGenerateRequest(await readJsonBody(req));
  const keep = wantsKeeping(ctx.url);
  const events = (signal: AbortSignal) => {
    const written = state.engine.generate(request, { signal });
    return keep ? state.history.keepGeneration(request, written) : written;
  };
  if (wantsJson(req)) {
    const generation = await gatherGeneration(events(req.signal));
    return Response.json(generation, {
      headers: { "cache-control": "no-store" },
    });
  }
  return await eventStreamResponse(events, { signal: req.signal });
});

function wantsJson(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "";
  return accept.includes("application/json") &&
    !accept.includes("text/event-stream");
}
