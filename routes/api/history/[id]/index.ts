import type { CompareRecord } from "../../../../lib/api/compare.ts";
import { allowMethods } from "../../../../lib/web/allow_methods.ts";
import { exportMarkdown } from "../../../../lib/web/compare/export_markdown.ts";
import { define } from "../../../../lib/web/define.ts";
import { needRecordId } from "../../../../lib/web/history/record_id.ts";

/**
 * `GET /api/history/<id>`: a record with all that was kept, as JSON; a
 * comparison also with `?format=markdown`. `DELETE` deletes it.
 */
export const handler = define.handlers(({ req, url, params, state }) => {
  allowMethods(req, "GET", "DELETE");
  const headers = { "cache-control": "no-store" };
  const id = needRecordId(params.id);
  if (req.method === "DELETE") {
    state.history.remove(id);
    return new Response(null, { status: 204, headers });
  }
  if (url.searchParams.get("format") !== "markdown") {
    return Response.json(state.history.get(id), { headers });
  }
  const { body } = state.history.get<CompareRecord>(id, "compare");
  return new Response(exportMarkdown(body), {
    headers: { ...headers, "content-type": "text/markdown; charset=utf-8" },
  });
});
