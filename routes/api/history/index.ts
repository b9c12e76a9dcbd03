import { allowMethods } from "../../../lib/web/allow_methods.ts";
import { define } from "../../../lib/web/define.ts";
import { historyQuery } from "../../../lib/web/history/history_query.ts";

/**
 * `GET /api/history`: the records, newest first, as a `HistoryPage`; `kind`,
 * `before` and `limit` choose which. `DELETE` deletes all, or all of a `kind`.
 */
export const handler = define.handlers(({ req, url, state }) => {
  allowMethods(req, "GET", "DELETE");
  const headers = { "cache-control": "no-store" };
  const query = historyQuery(url.searchParams);
  if (req.method !== "DELETE") {
    return Response.json(state.history.list(query), { headers });
  }
  state.history.clear(query.kind);
  return new Response(null, { status: 204, headers });
});
