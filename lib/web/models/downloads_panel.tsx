import { isPulling, type PullStatus } from "../../api/pull_status.ts";
import { formatBytes } from "../format.ts";
import {
  describePulls,
  inOrder,
  percentOf,
  pullFigures,
  pullNote,
} from "./model_text.ts";
import type { ModelActions, ModelsViewProps } from "./models_view.tsx";
import { ProblemAlert } from "./problem_alert.tsx";

/** The field that begins a download, and how far the downloads are. */
export function DownloadsPanel(props: ModelsViewProps) {
  const { overview: { pulls }, problem, lost, actions } = props;
  return (
    <section class="card" id="downloads" aria-labelledby="downloads-title">
      <div class="output-head">
        <h2 id="downloads-title">Downloads</h2>
        <p class="status" role="status">
          {lost
            ? "The server cannot be reached; trying again …"
            : describePulls(pulls)}
        </p>
      </div>
      <PullForm {...props} />
      <ProblemAlert problem={problem} place="pull" />
      <ul class="pulls">
        {pulls.length === 0 && (
          <li class="help">
            Nothing was fetched since the server's start.
          </li>
        )}
        {inOrder(pulls).map((status) => (
          <Pull key={status.id} status={status} actions={actions} />
        ))}
      </ul>
    </section>
  );
}

function PullForm(
  { overview: { freeBytes }, typed, problem, busy, actions }: ModelsViewProps,
) {
  const wrong = problem?.place === "pull" && problem.problem.field === "model";
  return (
    <form
      class="pull-form"
      method="post"
      action="/models"
      onSubmit={(event) => {
        event.preventDefault();
        const fields = new FormData(event.currentTarget);
        actions.pull(String(fields.get("model") ?? ""));
      }}
    >
      <div class="field">
        <label for="pull-model">A model of the Hugging Face hub</label>
        <input
          type="text"
          id="pull-model"
          name="model"
          defaultValue={typed}
          placeholder="mamba-130m, or owner/name@revision"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-describedby="pull-help"
          aria-invalid={wrong}
        />
      </div>
      <button
        class="button button-primary"
        type="submit"
        name="action"
        value="pull"
        aria-disabled={busy.has("pull")}
      >
        Download
      </button>
      <p class="help" id="pull-help">
        {freeBytes !== undefined && `${formatBytes(freeBytes)} are free. `}
        The size is told, and compared with the free disk, before anything large
        is fetched.
      </p>
    </form>
  );
}

/** One download. */
function Pull(
  { status, actions }: { status: PullStatus; actions: ModelActions },
) {
  const { id, model, state } = status;
  return (
    <li class="pull" data-pull={id} data-state={state}>
      <div class="pull-head">
        <strong class="model-name">{model}</strong>
        <span class={`badge badge-${state}`}>{state}</span>
        <Command status={status} actions={actions} />
      </div>
      <progress
        class="output-progress"
        aria-label={`Fetched of ${model}`}
        max={100}
        value={percentOf(status)}
      />
      <p class="pull-figures">{pullFigures(status)}</p>
      <p class={state === "failed" ? "field-error" : "help"}>
        {pullNote(status)}
      </p>
    </li>
  );
}

/** What can be done with a download: a form of its own. */
function Command(
  { status, actions }: { status: PullStatus; actions: ModelActions },
) {
  const { id, model, state } = status;
  if (state === "done") {
    return (
      <a
        class="button button-small"
        href={`/?model=${encodeURIComponent(model)}`}
        aria-label={`Try ${model} in the playground`}
      >
        Try it
      </a>
    );
  }
  const pulling = isPulling(state);
  return (
    <form
      method="post"
      action="/models"
      onSubmit={(event) => {
        event.preventDefault();
        if (pulling) actions.cancel(id);
        else actions.pull(model);
      }}
    >
      <input type="hidden" name="model" value={model} />
      <input type="hidden" name="pull" value={id} />
      <button
        class="button button-small"
        type="submit"
        name="action"
        value={pulling ? "cancel" : "pull"}
        aria-label={pulling ? `Cancel ${model}` : `Go on with ${model}`}
      >
        {pulling ? "Cancel" : "Go on"}
      </button>
    </form>
  );
}
