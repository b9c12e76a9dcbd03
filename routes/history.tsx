import { page } from "fresh";
import type { HistoryPage, HistoryQuery } from "../lib/api/history.ts";
import { define, type State } from "../lib/web/define.ts";
import { HistoryView } from "../lib/web/history/history_view.tsx";
import { historyAddress } from "../lib/web/history/history_address.ts";
import { historyQuery } from "../lib/web/history/history_query.ts";
import { needRecordId } from "../lib/web/history/record_id.ts";
import { logError } from "../lib/web/log_error.ts";
import { readFormBody } from "../lib/web/read_body.ts";
import {
  type Problem,
  statusOfProblem,
  toProblem,
} from "../lib/web/request_error.ts";
import { checkSameOrigin } from "../lib/web/same_origin.ts";

interface HistoryData {
  on: boolean;
  list: HistoryPage;
  query: HistoryQuery;
  problem?: Problem;
}

/** `GET` lists the runs; `POST` deletes what the pressed button says. */
export const handler = define.handlers<HistoryData>({
  GET({ req, url, state }) {
    return answer(req, state, () => historyQuery(url.searchParams));
  },

  async POST(ctx) {
    const { req, url, state } = ctx;
    const query = () => historyQuery(url.searchParams);
    try {
      checkSameOrigin(req);
      const fields = await readFormBody(req, { limit: 4096, field: "form" });
      if (fields.get("action") === "clear") state.history.clear(query().kind);
      else state.history.remove(needRecordId(fields.get("delete")));
      return ctx.redirect(historyAddress(query()), 303);
    } catch (error) {
      return answer(req, state, query, error);
    }
  },
});

/** The history. */
export default define.page<typeof handler>(function History({ data }) {
  return (
    <>
      <div class="page-head">
        <h1>History</h1>
        <p class="lead">
          What the playground, the comparisons and the benchmarks have run, kept
          on this machine alone.
        </p>
      </div>
      <HistoryView {...data} />
    </>
  );
});

/** The list, or what is wrong with it. */
function answer(
  req: Request,
  state: State,
  readQuery: () => HistoryQuery,
  failure?: unknown,
) {
  state.title = "History";
  const { history } = state;
  const { on } = history.status();
  const data: HistoryData = { on, list: { entries: [], total: 0 }, query: {} };
  let error = failure;
  try {
    data.query = readQuery();
    data.list = history.list(data.query);
  } catch (thrown) {
    error ??= thrown;
  }
  if (error === undefined) return page(data);
  logError(req, error);
  return page({ ...data, problem: toProblem(error) }, {
    status: statusOfProblem(error),
  });
}
