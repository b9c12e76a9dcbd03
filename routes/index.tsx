import { page } from "fresh";
import Playground, { type PlaygroundProps } from "../islands/Playground.tsx";
import { define, type State } from "../lib/web/define.ts";
import { logError } from "../lib/web/log_error.ts";
import {
  answerForm,
  failedAnswer,
  failedStart,
} from "../lib/web/playground/answer_form.ts";
import {
  defaultValues,
  valuesFromFields,
} from "../lib/web/playground/form_values.ts";
import { readFormBody } from "../lib/web/read_body.ts";
import { checkSameOrigin } from "../lib/web/same_origin.ts";

/** `GET` shows the form; `POST` answers it, for pages without scripts. */
export const handler = define.handlers<PlaygroundProps>({
  async GET(ctx) {
    const query = ctx.url.searchParams;
    const props = await pageProps(ctx.state);
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
        (request) => state.engine.generate(request, { signal: req.signal }),
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
    values: defaultValues(usable?.id),
    given: false,
  };
}

function deviceText(state: State): string {
  const { device } = state.system();
  if (device === undefined) return "";
  return device.simd === "" ? device.name : `${device.name}, ${device.simd}`;
}
