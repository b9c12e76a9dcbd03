import { allowMethods } from "../../../../lib/web/allow_methods.ts";
import { parseVote } from "../../../../lib/web/compare/parse_vote.ts";
import { define } from "../../../../lib/web/define.ts";
import { needRecordId } from "../../../../lib/web/history/record_id.ts";
import { readJsonBody } from "../../../../lib/web/read_body.ts";

/**
 * `POST /api/history/<id>/vote`: says with `{"vote": 0}` or `{"vote": "tie"}`
 * which column of a comparison was best. The answer is the tally of all votes.
 */
export const handler = define.handlers(async ({ req, params, state }) => {
  allowMethods(req, "POST");
  const json = await readJsonBody(req, { limit: 1024, field: "vote" });
  state.history.vote(needRecordId(params.id), parseVote(json));
  return Response.json(state.history.tally(), {
    headers: { "cache-control": "no-store" },
  });
});
