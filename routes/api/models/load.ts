import { parseLoadRequest } from "../../../lib/api/model_request.ts";
import { allowMethods } from "../../../lib/web/allow_methods.ts";
import { define } from "../../../lib/web/define.ts";
import { MAX_REQUEST_BYTES } from "../../../lib/web/models/limits.ts";
import { readJsonBody } from "../../../lib/web/read_body.ts";

/**
 * `POST /api/models/load`: loads a model, from a `LoadRequest`. The answer is
 * a `LoadedModel`. A client that leaves stops it, unless others wait for it.
 */
export const handler = define.handlers(async ({ req, state }) => {
  allowMethods(req, "POST");
  const request = parseLoadRequest(
    await readJsonBody(req, { limit: MAX_REQUEST_BYTES, field: "model" }),
  );
  const loaded = await state.models.load(request, { signal: req.signal });
  return Response.json(loaded, { headers: { "cache-control": "no-store" } });
});
