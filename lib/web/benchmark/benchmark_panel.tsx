import { type BenchmarkRun, rowsOf } from "../../api/benchmark.ts";
import { countOf } from "../format.ts";
import type { Problem } from "../request_error.ts";

/** What {@linkcode BenchmarkPanel} shows. */
export interface BenchmarkPanelProps {
  run: BenchmarkRun;
  problem?: Problem | undefined;
  /** Whether the server cannot be reached just now. */
  lost: boolean;
  onStop: () => void;
}

/** How far a benchmark is, and the button that stops it. */
export function BenchmarkPanel(props: BenchmarkPanelProps) {
  const { run, problem, lost, onStop } = props;
  const { state, progress } = run;
  const error = problem ?? run.error;
  const { done, steps } = progress;
  const part = state === "done" ? 1 : steps > 0 ? done / steps : 0;
  return (
    <section class="card run-panel bench-panel" aria-label="Progress">
      <div class="output-head">
        {/* A new one for each state: words in its middle would move. */}
        <span key={state} class={`badge badge-${state}`}>{state}</span>
        <p class="status" role="status">
          {lost
            ? "The server cannot be reached; trying again …"
            : describe(run)}
        </p>
        {state === "running" && <StopForm run={run} onStop={onStop} />}
      </div>
      <progress
        class="output-progress"
        aria-label="Measurements"
        max={100}
        value={Math.round(1000 * Math.min(1, part)) / 10}
      />
      <p class="bench-doing help">
        {state === "running" ? progress.text : run.title}
      </p>
      {error !== undefined && (
        <div class="alert" role="alert">
          <strong>{error.message}</strong>
          {error.hint !== undefined && <span>{error.hint}</span>}
        </div>
      )}
    </section>
  );
}

/** A button that is a form of its own where there are no scripts. */
function StopForm(
  { run: { id, stopping }, onStop }: Pick<
    BenchmarkPanelProps,
    "run" | "onStop"
  >,
) {
  return (
    <form
      method="post"
      action={`/benchmark?run=${id}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (!stopping) onStop();
      }}
    >
      <button
        class="button"
        type="submit"
        name="action"
        value="stop"
        aria-disabled={stopping}
      >
        Stop
      </button>
    </form>
  );
}

/** A run in one sentence; it changes with its state alone. */
function describe(run: BenchmarkRun): string {
  const { state, stopping, imported } = run;
  const count = countOf(rowsOf(run).length, "number");
  if (state === "running") {
    return stopping ? "Stopping after this measurement …" : "Measuring …";
  }
  if (imported !== undefined) return `${count} of llama-bench.`;
  if (state === "stopped") return `Stopped, with ${count}.`;
  return state === "failed" ? `Failed, with ${count}.` : `Done: ${count}.`;
}
