import { HttpError, page } from "fresh";
import Training, { type TrainingProps } from "../../islands/Training.tsx";
import { invalidArgument } from "../../lib/api/invalid_argument.ts";
import { MambaError } from "../../lib/api/mamba_error.ts";
import { isActive } from "../../lib/api/training_run.ts";
import { define, type State } from "../../lib/web/define.ts";
import { logError } from "../../lib/web/log_error.ts";
import { readFormBody } from "../../lib/web/read_body.ts";
import { statusOfProblem, toProblem } from "../../lib/web/request_error.ts";
import { checkSameOrigin } from "../../lib/web/same_origin.ts";
import {
  MAX_OPTIONS_BYTES,
  REFRESH_SECONDS,
} from "../../lib/web/training/limits.ts";

/** `GET` shows a run; `POST` does what the pressed button says. */
export const handler = define.handlers<TrainingProps>({
  async GET({ params, state }) {
    return page(await pageProps(params.run!, state));
  },

  async POST(ctx) {
    const { req, state, params } = ctx;
    const id = params.run!;
    try {
      checkSameOrigin(req);
      const fields = await readFormBody(req, { limit: MAX_OPTIONS_BYTES });
      return ctx.redirect(await act(fields.get("action"), id, state), 303);
    } catch (error) {
      logError(req, error);
      const props = await pageProps(id, state);
      return page({ ...props, problem: toProblem(error) }, {
        status: statusOfProblem(error),
      });
    }
  },
});

/** A run. */
export default define.page<typeof handler>(function Run({ data }) {
  return (
    <>
      <div class="page-head">
        <p class="breadcrumb">
          <a href="/train">All runs</a>
        </p>
        <h1>{data.snapshot.run.name}</h1>
      </div>
      <Training {...data} />
    </>
  );
});

/** Does what a button says; returns where to go then. */
async function act(
  action: string | null,
  id: string,
  { runs }: State,
): Promise<string> {
  if (action === "delete") {
    await runs.remove(id);
    return "/train";
  }
  if (action === "stop") await runs.stop(id);
  else if (action === "resume") await runs.resume(id);
  else throw invalidArgument("action", "there is no such button");
  return `/train/${id}`;
}

async function pageProps(id: string, state: State): Promise<TrainingProps> {
  try {
    const snapshot = await state.runs.get(id);
    state.title = snapshot.run.name;
    if (isActive(snapshot.run.status)) state.refresh = REFRESH_SECONDS;
    return { snapshot };
  } catch (error) {
    const missing = error instanceof MambaError && error.code === "not_found";
    throw missing ? new HttpError(404) : error;
  }
}
