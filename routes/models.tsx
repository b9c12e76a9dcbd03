import { page } from "fresh";
import Models, { type ModelsProps } from "../islands/Models.tsx";
import { invalidArgument } from "../lib/api/invalid_argument.ts";
import {
  parseLoadRequest,
  parsePullRequest,
  parseUnloadRequest,
} from "../lib/api/model_request.ts";
import { isPulling } from "../lib/api/pull_status.ts";
import { define, type State } from "../lib/web/define.ts";
import { logError } from "../lib/web/log_error.ts";
import {
  MAX_REQUEST_BYTES,
  REFRESH_SECONDS,
} from "../lib/web/models/limits.ts";
import { readFormBody } from "../lib/web/read_body.ts";
import { statusOfProblem, toProblem } from "../lib/web/request_error.ts";
import { checkSameOrigin } from "../lib/web/same_origin.ts";

/** `GET` shows the models; `POST` does what the pressed button says. */
export const handler = define.handlers<ModelsProps>({
  async GET({ state }) {
    return page(await pageProps(state));
  },

  async POST(ctx) {
    const { req, state } = ctx;
    let fields = new URLSearchParams();
    try {
      checkSameOrigin(req);
      fields = await readFormBody(req, {
        limit: MAX_REQUEST_BYTES,
        field: "model",
      });
      const place = await act(fields, state, req.signal);
      return ctx.redirect(`/models${place}`, 303);
    } catch (error) {
      logError(req, error);
      const problem = toProblem(error);
      const place = placeOf(fields);
      const typed = place === "pull" ? fields.get("model") ?? "" : "";
      const props = await pageProps(state);
      return page({ ...props, typed, problem: { place, problem } }, {
        status: statusOfProblem(error),
      });
    }
  },
});

/** The models. */
export default define.page<typeof handler>(function ModelsPage({ data }) {
  return (
    <>
      <div class="page-head">
        <h1>Models</h1>
        <p class="lead">
          What is on this machine and what can be fetched: its size, what it
          needs in memory, and what is loaded now.
        </p>
      </div>
      <Models {...data} />
    </>
  );
});

/** Does what a button says; returns the part of the page to show then. */
async function act(
  fields: URLSearchParams,
  { models, pulls }: State,
  signal: AbortSignal,
): Promise<string> {
  const model = fields.get("model") ?? undefined;
  const dtype = fields.get("dtype") || undefined;
  const request = { model, ...(dtype === undefined ? {} : { dtype }) };
  switch (fields.get("action")) {
    case "pull":
      pulls.start(parsePullRequest(request));
      return "#downloads";
    case "cancel":
      pulls.cancel(fields.get("pull") ?? "");
      return "#downloads";
    case "load":
      await models.load(parseLoadRequest(request), { signal });
      return "#memory";
    case "unload":
      await models.unload(parseUnloadRequest(request));
      return "#memory";
    case "delete":
      await models.remove(parsePullRequest(request));
      return "";
    default:
      throw invalidArgument("action", "there is no such button");
  }
}

/** The part of the page that a refused form belongs to. */
function placeOf(fields: URLSearchParams): string {
  const action = fields.get("action") ?? "pull";
  if (action === "load" || action === "delete") {
    return fields.get("model") ?? "";
  }
  return action === "unload" ? "memory" : "pull";
}

async function pageProps(state: State): Promise<ModelsProps> {
  state.title = "Models";
  const overview = await state.models.overview();
  if (overview.pulls.some(({ state }) => isPulling(state))) {
    state.refresh = REFRESH_SECONDS;
  }
  return { overview, typed: "" };
}
