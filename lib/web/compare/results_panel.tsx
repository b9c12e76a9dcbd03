import { useSignal } from "@preact/signals";
import type { HistoryStatus } from "../../api/history.ts";
import { countOf } from "../format.ts";
import { ColumnPanel } from "./column_panel.tsx";
import type { CompareRun } from "./compare_run.ts";
import type { CompareValues } from "./compare_values.ts";
import { Divergences } from "./divergences.tsx";
import { ShareBar } from "./share_bar.tsx";
import { VoteBar } from "./vote_bar.tsx";

/** What {@linkcode ResultsPanel} shows. */
export interface ResultsPanelProps {
  run: CompareRun;
  history: HistoryStatus;
  /** The form's values, for what the link leaves out. */
  values: CompareValues;
}

/** The columns side by side, and what can be done with them. */
export function ResultsPanel({ run, history, values }: ResultsPanelProps) {
  const columns = run.columns.value;
  const selected = useSignal<number | undefined>(undefined);
  if (columns.length === 0) return <Empty />;
  const reads = run.request.value?.mode === "read";
  const unkept = run.unkept.value;
  return (
    <section class="results" aria-label="Results">
      {unkept !== undefined && (
        <p class="notice">
          <strong>This run is not kept: {unkept.message}.</strong>
          <span>{unkept.hint}</span>
        </p>
      )}
      <div class="columns" data-columns={columns.length}>
        {columns.map((column, index) => (
          <ColumnPanel
            key={index}
            column={column}
            index={index}
            reads={reads}
            parting={run.partings.value[index]}
            selected={selected}
          />
        ))}
      </div>
      {reads ? <Legend /> : (
        <p class="help columns-note">
          {partingNote(run)}{" "}
          All columns share this machine: each alone is faster.
        </p>
      )}
      {reads && <Divergences columns={columns} />}
      {!reads && <VoteBar run={run} history={history} />}
      <ShareBar run={run} values={values} />
    </section>
  );
}

function partingNote(run: CompareRun): string {
  const [earliest] = run.partings.value;
  if (earliest === undefined) return "The texts are the same so far.";
  return `The texts part after ${
    countOf(earliest, "character")
  }; the first that differs ` +
    "is marked.";
}

function Empty() {
  return (
    <div class="output-empty card results results-empty">
      <p>
        Each column writes its own continuation here, all at the same time, with
        the same prompt and the same seed.
      </p>
      <p>
        In lock-step all models read one text instead: every token is coloured
        by how much it was expected, and the distance between the models is
        measured.
      </p>
    </div>
  );
}

function Legend() {
  const steps = ["≥ 50 %", "≥ 20 %", "≥ 5 %", "≥ 1 %", "≥ 0.1 %", "less"];
  return (
    <p class="legend help">
      <span>Probability that the model gave each token:</span>
      {steps.map((step, index) => (
        <span key={step} class={`heat-${index}`}>{step}</span>
      ))}
      <span class="differs">another top-1 than column 1</span>
    </p>
  );
}
