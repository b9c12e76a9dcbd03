import type { ComponentChildren } from "preact";
import { isActive, type TrainingRun } from "../../api/training_run.ts";
import type { TrainingHistory } from "../../api/training_history.ts";
import type { Problem } from "../request_error.ts";
import { describeFigures, describeStatus, stepOf } from "./run_text.ts";

/** What {@linkcode RunPanel} shows. */
export interface RunPanelProps {
  run: TrainingRun;
  history: TrainingHistory;
  problem?: Problem | undefined;
  /** Whether the server cannot be reached just now. */
  lost?: boolean;
  onStop: () => void;
  onResume: () => void;
}

/** How far a run is, and the buttons that stop it and let it go on. */
export function RunPanel(props: RunPanelProps) {
  const { run, history, problem, lost, onStop, onResume } = props;
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
        {active
          ? (
            <Command
              id={run.id}
              action="stop"
              disabled={run.stopping}
              onPress={onStop}
            >
              Stop
            </Command>
          )
          : run.status !== "done" && (
            <Command
              id={run.id}
              action="resume"
              disabled={false}
              onPress={onResume}
            >
              Resume
            </Command>
          )}
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
    </section>
  );
}

/** A button that is a form of its own where there are no scripts. */
function Command(props: {
  id: string;
  action: "stop" | "resume";
  disabled: boolean;
  onPress: () => void;
  children: ComponentChildren;
}) {
  const { id, action, disabled, onPress, children } = props;
  return (
    <form
      key={action}
      method="post"
      action={`/train/${id}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (!disabled) onPress();
      }}
    >
      <button
        class={action === "resume" ? "button button-primary" : "button"}
        type="submit"
        name="action"
        value={action}
        aria-disabled={disabled}
      >
        {children}
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
