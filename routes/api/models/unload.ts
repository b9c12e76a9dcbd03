import { parseUnloadRequest } from "../../../lib/api/model_request.ts";
import { allowMethods } from "../../../lib/web/allow_methods.ts";
import { define } from "../../../lib/web/define.ts";
import { MAX_REQUEST_BYTES } from "../../../lib/web/models/limits.ts";
import { readJsonBody } from "../../../lib/web/read_body.ts";

/**
 * `POST /api/models/unload`: unloads a model, from an `UnloadRequest`. The
 * answer is `{ freedBytes }`.
 */
export const handler = define.handlers(async ({ req, state }) => {
  allowMethods(req, "POST");
  const request = parseUnloadRequest(
    await readJsonBody(req, { limit: MAX_REQUEST_BYTES, field: "model" }),
  );
  const freedBytes = await state.models.unload(request);
  return Response.json({ freedBytes }, {
    headers: { "cache-control": "no-store" },
  });
});
