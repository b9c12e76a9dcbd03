import { parseGenerateRequest } from "../../lib/api/generate_request.ts";
import { allowMethods } from "../../lib/web/allow_methods.ts";
import { define } from "../../lib/web/define.ts";
import { eventStreamResponse } from "../../lib/web/event_stream.ts";
import { gatherGeneration } from "../../lib/web/gather_generation.ts";
import { readJsonBody } from "../../lib/web/read_body.ts";

/**
 * `POST /api/generate`: continues a prompt. The answer is a stream of
 * server-sent events; with `accept: application/json` it is the whole text.
 */
export const handler = define.handlers(async (ctx) => {
  const { req, state } = ctx;
  allowMethods(req, "POST");
  const request = parseGenerateRequest(await readJsonBody(req));
  const events = (signal: AbortSignal) =>
    state.engine.generate(request, { signal });
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
