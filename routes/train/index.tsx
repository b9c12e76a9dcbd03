import { page } from "fresh";
import type { ModelInfo } from "../../lib/api/model_info.ts";
import type { TrainingRun } from "../../lib/api/training_run.ts";
import { TRAINING_PRESETS } from "../../lib/api/training_presets.ts";
import { define, type State } from "../../lib/web/define.ts";
import { logError } from "../../lib/web/log_error.ts";
import { readFormBody } from "../../lib/web/read_body.ts";
import {
  type Problem,
  statusOfProblem,
  toProblem,
} from "../../lib/web/request_error.ts";
import { checkSameOrigin } from "../../lib/web/same_origin.ts";
import { RunList } from "../../lib/web/training/run_list.tsx";
import { StartForm } from "../../lib/web/training/start_form.tsx";
import {
  defaultStart,
  newChoice,
  optionsFromStart,
  startFromFields,
  type StartValues,
} from "../../lib/web/training/start_values.ts";
import { MAX_OPTIONS_BYTES } from "../../lib/web/training/limits.ts";

interface TrainPage {
  runs: TrainingRun[];
  models: ModelInfo[];
  values: StartValues;
  problem?: Problem;
}

/** `GET` lists the runs with a form for a new one, which `POST` starts. */
export const handler = define.handlers<TrainPage>({
  async GET({ state }) {
    return page(await pageData(state));
  },

  async POST(ctx) {
    const { req, state } = ctx;
    const data = await pageData(state);
    let values = data.values;
    try {
      checkSameOrigin(req);
      const fields = await readFormBody(req, {
        limit: MAX_OPTIONS_BYTES,
        field: "options",
      });
      values = startFromFields(fields, values);
      const tokenizer = data.models.find(({ hasTokenizer }) => hasTokenizer);
      const options = optionsFromStart(values, tokenizer?.id);
      const { id } = await state.runs.start(options);
      return ctx.redirect(`/train/${id}`, 303);
    } catch (error) {
      logError(req, error);
      return page({ ...data, values, problem: toProblem(error) }, {
        status: statusOfProblem(error),
      });
    }
  },
});

/** The runs, and the form that starts one. */
export default define.page<typeof handler>(function Train({ data }) {
  const { runs, models, values, problem } = data;
  return (
    <>
      <div class="page-head">
        <h1>Train a model</h1>
        <p class="lead">
          A new small model, or one that goes on learning from your own text.
          Everything stays on this machine.
        </p>
      </div>
      <div class="training">
        <RunList runs={runs} />
        <StartForm models={models} values={values} problem={problem} />
      </div>
    </>
  );
});

async function pageData(state: State): Promise<TrainPage> {
  state.title = "Train";
  const values = defaultStart({
    from: newChoice(TRAINING_PRESETS[0]!.id),
    data: state.sampleText ?? "",
  });
  return {
    runs: await state.runs.list(),
    models: await state.engine.listModels(),
    values,
  };
}
