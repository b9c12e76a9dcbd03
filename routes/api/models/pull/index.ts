import { parsePullRequest } from "../../../../lib/api/model_request.ts";
import { allowMethods } from "../../../../lib/web/allow_methods.ts";
import { define } from "../../../../lib/web/define.ts";
import { MAX_REQUEST_BYTES } from "../../../../lib/web/models/limits.ts";
import { readJsonBody } from "../../../../lib/web/read_body.ts";

const HEADERS = { "cache-control": "no-store" };

/**
 * `GET /api/models/pull`: the downloads, as `PullStatus[]`. `POST`: begins to
 * fetch `{ model }`, a name or an alias of several; the answer is their
 * `PullStatus[]`.
 */
export const handler = define.handlers(async ({ req, state }) => {
  allowMethods(req, "GET", "POST");
  if (req.method !== "POST") {
    return Response.json(state.pulls.list(), { headers: HEADERS });
  }
  const model = parsePullRequest(
    await readJsonBody(req, { limit: MAX_REQUEST_BYTES, field: "model" }),
  );
  return Response.json(state.pulls.start(model), {
    status: 202,
    headers: HEADERS,
  });
});
