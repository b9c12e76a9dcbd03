import { isActive, type TrainingRun } from "../../api/training_run.ts";
import type { TrainingHistory } from "../../api/training_history.ts";
import type { Problem } from "../request_error.ts";
import { describeFigures, describeStatus, stepOf } from "./run_text.ts";

/** What {@linkcode RunPanel} shows. */
export interface RunPanelProps {
  run: TrainingRun;
  history: TrainingHistory;
  /** Where the run's files are. */
  folder: string;
  problem?: Problem | undefined;
  /** Whether the server cannot be reached just now. */
  lost?: boolean;
  onStop: () => void;
  onResume: () => void;
}

/** How far a run is, and the buttons that stop it and let it go on. */
export function RunPanel(props: RunPanelProps) {
  const { run, history, folder, problem, lost, onStop, onResume } = props;
  const active = isActive(run.status);
  const error = problem ?? (active ? undefined : run.error);
  return (
    <section class="card run-panel" aria-label="Progress">
      <div class="output-head">
        <span class={`badge badge-${run.status}`}>{run.status}</span>
        <p class="status" role="status">
          {lost
            ? "The server cannot be reached; trying again …"
            : describeStatus(run, history)}
        </p>
        <Command run={run} onStop={onStop} onResume={onResume} />
      </div>
      <Progress run={run} history={history} />
      {error !== undefined && (
        <div class="alert" role="alert">
          <strong>{error.message}</strong>
          {error.hint !== undefined && <span>{error.hint}</span>}
        </div>
      )}
      <dl class="figures run-figures">
        {describeFigures(run, history).map(({ key, label, value }) => (
          <div key={key} data-figure={key}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {run.status === "done" && (
        <p class="run-result">
          <a href={`/?model=${encodeURIComponent(run.id)}`}>
            Try it in the playground
          </a>, or on the command line:{" "}
          <code>mamba run {run.id}</code>. It is in <code>{folder}/model</code>.
        </p>
      )}
    </section>
  );
}

/** A button that is a form of its own where there are no scripts. */
function Command(
  { run, onStop, onResume }: Pick<
    RunPanelProps,
    "run" | "onStop" | "onResume"
  >,
) {
  if (run.status === "done") return null;
  const active = isActive(run.status);
  const disabled = active && run.stopping;
  return (
    <form
      method="post"
      action={`/train/${run.id}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (disabled) return;
        if (active) onStop();
        else onResume();
      }}
    >
      <button
        class={active ? "button" : "button button-primary"}
        type="submit"
        name="action"
        value={active ? "stop" : "resume"}
        aria-disabled={disabled}
      >
        {active ? "Stop" : "Resume"}
      </button>
    </form>
  );
}

function Progress(
  { run, history }: { run: TrainingRun; history: TrainingHistory },
) {
  const { preparing } = history;
  const { step, steps } = stepOf(run, history);
  const [done, total] = run.status === "preparing"
    ? [preparing?.done ?? 0, preparing?.total ?? 1]
    : [step, steps ?? 1];
  return (
    <progress
      class="output-progress"
      aria-label={run.status === "preparing" ? "Preparing" : "Steps"}
      max={100}
      value={total > 0 ? Math.round(1000 * done / total) / 10 : 0}
    />
  );
}
