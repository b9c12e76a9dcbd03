import type { HistoryEntry } from "../../api/history.ts";
import { formatTime } from "../training/run_text.ts";
import type { Problem } from "../request_error.ts";
import { BENCHMARK_LABELS } from "./benchmark_values.ts";
import { problemHelp } from "../problem_message.ts";

/** What {@linkcode BenchmarkList} shows. */
export interface BenchmarkListProps {
  /** The benchmarks of the history, the newest first. */
  entries: readonly HistoryEntry[];
  /** Whether a history is kept. */
  on: boolean;
  /** The run that is shown, and those beside it. */
  shown: readonly string[];
}

/** Earlier benchmarks: each can be opened, or drawn beside the shown one. */
export function BenchmarkList({ entries, on, shown }: BenchmarkListProps) {
  const [run, ...beside] = shown;
  return (
    <section class="card" aria-labelledby="earlier-title">
      <div class="output-head">
        <h2 id="earlier-title">Earlier benchmarks</h2>
      </div>
      {entries.length === 0
        ? (
          <p class="runs-empty help">
            {on
              ? "None yet. They are kept with machine, version and date."
              : "No history is kept: MAMBA_HISTORY=off says so."}
          </p>
        )
        : (
          <form method="get" action="/benchmark">
            {run !== undefined && (
              <input
                type="hidden"
                name="run"
                value={run}
              />
            )}
            <ul class="entries">
              {entries.map((entry) => (
                <Entry
                  key={entry.id}
                  entry={entry}
                  run={run}
                  checked={beside.includes(String(entry.id))}
                />
              ))}
            </ul>
            {run !== undefined && (
              <div class="actions bench-compare">
                <button class="button" type="submit">
                  Draw beside run {run}
                </button>
              </div>
            )}
          </form>
        )}
    </section>
  );
}

function Entry(
  { entry, run, checked }: {
    entry: HistoryEntry;
    run: string | undefined;
    checked: boolean;
  },
) {
  const { id, title, createdAt, state } = entry;
  const own = String(id) === run;
  return (
    <li>
      <div class="entry-words">
        <a
          class="entry-title"
          href={`/benchmark?run=${id}`}
          aria-current={own ? "page" : undefined}
        >
          {title}
        </a>
        <p class="help">
          Run {id} · <time dateTime={createdAt}>{formatTime(createdAt)}</time>
        </p>
      </div>
      {/* The state of the one that is shown stands above, as it changes. */}
      {own
        ? <span class="badge">shown</span>
        : <span class={`badge badge-${state}`}>{state}</span>}
      {run !== undefined && !own
        ? (
          <label class="check-line">
            <input type="checkbox" name="with" value={id} checked={checked} />
            beside<span class="visually-hidden">{`: run ${id}`}</span>
          </label>
        )
        : <span />}
    </li>
  );
}

/** Takes what llama-bench wrote. */
export function ImportForm({ problem }: { problem?: Problem | undefined }) {
  return (
    <details class="card fold" open={problem !== undefined}>
      <summary>Import results of llama-bench</summary>
      <form class="fold-body bench-import" method="post" action="/benchmark">
        <div class="field">
          <label for="results">{BENCHMARK_LABELS.get("results")}</label>
          <textarea
            id="results"
            name="results"
            rows={5}
            spellcheck={false}
            aria-describedby="results-help"
            aria-invalid={problem !== undefined}
          />
          <p
            class={problem === undefined ? "help" : "field-error"}
            id="results-help"
          >
            {problem === undefined
              ? "What llama-bench -o json printed. It becomes a benchmark that can be drawn beside ours."
              : problemHelp(problem, BENCHMARK_LABELS)}
          </p>
        </div>
        <button class="button" type="submit" name="action" value="import">
          Import
        </button>
      </form>
    </details>
  );
}
