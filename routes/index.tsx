import { page } from "fresh";
import Playground, { type PlaygroundProps } from "../islands/Playground.tsx";
import type { PlaygroundRecord } from "../lib/api/history.ts";
import { define, type State } from "../lib/web/define.ts";
import { logError } from "../lib/web/log_error.ts";
import { recordId } from "../lib/web/history/record_id.ts";
import {
  answerForm,
  failedAnswer,
  failedStart,
} from "../lib/web/playground/answer_form.ts";
import {
  defaultValues,
  valuesFromFields,
  valuesFromRequest,
} from "../lib/web/playground/form_values.ts";
import { shownResult } from "../lib/web/playground/shown_result.ts";
import { readFormBody } from "../lib/web/read_body.ts";
import { toProblem } from "../lib/web/request_error.ts";
import { checkSameOrigin } from "../lib/web/same_origin.ts";

/** `GET` shows the form; `POST` answers it, for pages without scripts. */
export const handler = define.handlers<PlaygroundProps>({
  async GET(ctx) {
    const query = ctx.url.searchParams;
    const props = await pageProps(ctx.state);
    const id = recordId(query.get("run"));
    if (id !== undefined) return page(reopened(id, props, ctx.state));
    const values = valuesFromFields(query, props.values);
    const { error } = ctx.state.system();
    const shown = error === undefined ? undefined : failedStart(error);
    return page({
      ...props,
      values,
      shown,
      given: query.has("prompt") || query.has("model"),
    });
  },

  async POST(ctx) {
    const { req, state } = ctx;
    const props = await pageProps(state);
    let answer;
    try {
      checkSameOrigin(req);
      const fields = await readFormBody(req);
      const values = valuesFromFields(fields, props.values);
      answer = await answerForm(
        fields,
        values,
        (request) => {
          const events = state.engine.generate(request, { signal: req.signal });
          return values.keep
            ? state.history.keepGeneration(request, events)
            : events;
        },
      );
    } catch (error) {
      logError(req, error);
      answer = failedAnswer(props.values, error);
    }
    const { values, shown, status } = answer;
    return page({ ...props, values, shown, given: true }, { status });
  },
});

/** The playground. */
export default define.page<typeof handler>(function Index({ data }) {
  return (
    <>
      <div class="page-head">
        <h1>Continue a text</h1>
        <p class="lead">
          Give a Mamba model the beginning, and it writes on. Everything runs on
          this machine.
        </p>
      </div>
      <Playground {...data} />
    </>
  );
});

async function pageProps(state: State): Promise<PlaygroundProps> {
  state.title = "Playground";
  const models = await state.engine.listModels();
  const usable = models.find(({ error }) => error === undefined) ?? models[0];
  return {
    models,
    device: deviceText(state),
    history: state.history.status(),
    values: defaultValues(usable?.id),
    given: false,
  };
}

/** A run of the history with its settings. */
function reopened(
  id: number,
  props: PlaygroundProps,
  { history }: State,
): PlaygroundProps {
  try {
    const { body } = history.get<PlaygroundRecord>(id, "playground");
    const { request, result } = body;
    return {
      ...props,
      values: valuesFromRequest(request, props.values),
      shown: shownResult(request.prompt, result),
      given: true,
    };
  } catch (error) {
    return { ...props, shown: failedStart(toProblem(error)) };
  }
}

function deviceText(state: State): string {
  const { device } = state.system();
  if (device === undefined) return "";
  return device.simd === "" ? device.name : `${device.name}, ${device.simd}`;
}
