import { page } from "fresh";
import Compare from "../islands/Compare.tsx";
import type { CompareRecord } from "../lib/api/compare.ts";
import { gatherComparison } from "../lib/web/compare/answer_compare.ts";
import type { CompareProps } from "../lib/web/compare/compare_state.ts";
import {
  compareFromFields,
  compareFromRequest,
  defaultCompare,
  requestFromCompare,
} from "../lib/web/compare/compare_values.ts";
import { parseVote } from "../lib/web/compare/parse_vote.ts";
import { define, type State } from "../lib/web/define.ts";
import { needRecordId, recordId } from "../lib/web/history/record_id.ts";
import { logError } from "../lib/web/log_error.ts";
import { resetValues } from "../lib/web/playground/form_values.ts";
import { readFormBody } from "../lib/web/read_body.ts";
import { statusOfProblem, toProblem } from "../lib/web/request_error.ts";
import { checkSameOrigin } from "../lib/web/same_origin.ts";

/** `GET` shows the form; `POST` answers it, for pages without scripts. */
export const handler = define.handlers<CompareProps>({
  async GET({ url, state }) {
    const props = await pageProps(state);
    const query = url.searchParams;
    const id = recordId(query.get("run"));
    if (id !== undefined) return page(reopened(id, props, state));
    return page({
      ...props,
      values: compareFromFields(query, props.values),
      given: query.size > 0,
    });
  },

  async POST(ctx) {
    const { req, state } = ctx;
    let props = { ...await pageProps(state), given: true };
    try {
      checkSameOrigin(req);
      const fields = await readFormBody(req);
      const vote = fields.get("vote");
      if (vote !== null) {
        const id = needRecordId(fields.get("run"));
        const given = vote === "tie" ? vote : Number(vote);
        state.history.vote(id, parseVote({ vote: given }));
        return ctx.redirect(`/compare?run=${id}`, 303);
      }
      const values = compareFromFields(fields, props.values);
      props = { ...props, values };
      if (fields.get("action") === "reset") {
        const shared = resetValues(values.shared);
        return page({ ...props, values: { ...values, shared } });
      }
      return page({ ...props, ...await compared(props, req.signal, state) });
    } catch (error) {
      logError(req, error);
      return page({ ...props, problem: toProblem(error) }, {
        status: statusOfProblem(error),
      });
    }
  },
});

/** Models side by side. */
export default define.page<typeof handler>(function ComparePage({ data }) {
  return (
    <>
      <div class="page-head">
        <h1>Compare models</h1>
        <p class="lead">
          Two to four models side by side: each writes on from one prompt, or
          all read one text in lock-step.
        </p>
      </div>
      <Compare {...data} />
    </>
  );
});

/** Waits for what the form asks for. */
async function compared(
  { values }: CompareProps,
  signal: AbortSignal,
  { compare, history }: State,
): Promise<Partial<CompareProps>> {
  const request = requestFromCompare(values);
  const events = compare(request, { signal });
  const { record, ...kept } = await gatherComparison(
    request,
    values.shared.keep ? history.keepComparison(request, events) : events,
  );
  return { ...kept, shown: record };
}

/** A comparison of the history with its settings. */
function reopened(
  id: number,
  props: CompareProps,
  { history }: State,
): CompareProps {
  try {
    const { body } = history.get<CompareRecord>(id, "compare");
    const values = compareFromRequest(body.request, props.values);
    return { ...props, values, shown: body, id, given: true };
  } catch (error) {
    return { ...props, problem: toProblem(error), given: true };
  }
}

async function pageProps(state: State): Promise<CompareProps> {
  state.title = "Compare";
  const models = await state.engine.listModels();
  const { error } = state.system();
  const history = state.history.status();
  return {
    models,
    history,
    // A file that is damaged is told beside the box that keeps runs.
    tally: history.error === undefined ? state.history.tally() : [],
    values: defaultCompare(models),
    given: false,
    ...(error === undefined ? {} : { problem: error }),
  };
}
