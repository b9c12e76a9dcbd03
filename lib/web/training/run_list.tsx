import type { TrainingRun } from "../../api/training_run.ts";
import { Table } from "./number_tables.tsx";
import { formatLoss, formatTime, stepsText } from "./run_text.ts";

/** The runs of this server, the newest first. */
export function RunList({ runs }: { runs: readonly TrainingRun[] }) {
  return (
    <section class="card runs" aria-labelledby="runs-title">
      <div class="output-head">
        <h2 id="runs-title">Runs</h2>
      </div>
      {runs.length === 0
        ? (
          <p class="runs-empty help">
            None yet. Start one below: a tiny model takes seconds.
          </p>
        )
        : (
          <Table
            caption="Runs, the newest first"
            heads={["Model", "Status", "Step", "Loss", "Validation", "Started"]}
            rows={runs.map((run) => [
              <a key="link" href={`/train/${run.id}`}>{run.name}</a>,
              <span key="badge" class={`badge badge-${run.status}`}>
                {run.status}
              </span>,
              stepsText(run),
              run.loss === undefined ? "–" : formatLoss(run.loss),
              run.validationLoss === undefined
                ? "–"
                : formatLoss(run.validationLoss),
              <time key="time" dateTime={run.createdAt}>
                {formatTime(run.createdAt)}
              </time>,
            ])}
          />
        )}
    </section>
  );
}
