import type { CompareVote } from "../../api/compare.ts";
import type { HistoryStatus, TallyRow } from "../../api/history.ts";
import { Table } from "../training/number_tables.tsx";
import { formatShare } from "./token_text.ts";
import type { CompareRun } from "./compare_run.ts";

/** What {@linkcode VoteBar} shows. */
export interface VoteBarProps {
  run: CompareRun;
  history: HistoryStatus;
}

/** Says which column is best, once all are done. */
export function VoteBar({ run, history }: VoteBarProps) {
  const columns = run.columns.value;
  const vote = run.vote.value;
  const ready = run.id.value !== undefined && !run.running.value;
  const choices: [CompareVote, string][] = [
    ...columns.map(({ label }, index): [CompareVote, string] => [
      index,
      `${index + 1}: ${label}`,
    ]),
    ["tie", "A tie"],
  ];
  return (
    <div class="vote-bar">
      <span id="vote-title">Which text is best?</span>
      <div class="vote-choices" role="group" aria-labelledby="vote-title">
        {choices.map(([choice, text]) => (
          <button
            key={choice}
            class="button button-small"
            type="submit"
            name="vote"
            value={choice}
            aria-pressed={vote === choice}
            aria-disabled={!ready}
            onClick={(event) => {
              event.preventDefault();
              if (ready) void run.cast(choice);
            }}
          >
            {text}
          </button>
        ))}
      </div>
      <p class="help" role="status">{hintOf(run, history)}</p>
    </div>
  );
}

function hintOf(run: CompareRun, { on }: HistoryStatus): string {
  const vote = run.vote.value;
  if (vote !== undefined) {
    return vote === "tie" ? "You called it a tie." : "Your vote is kept.";
  }
  if (run.running.value) return "Votes are taken when all have finished.";
  if (run.id.value !== undefined) return "The vote is kept with the run.";
  return on
    ? "Votes are kept with the run, and this run is not kept."
    : "Votes are kept in the history, which is switched off.";
}

/** Votes by model. */
export function TallyCard({ rows }: { rows: readonly TallyRow[] }) {
  return (
    <section class="card runs" aria-labelledby="tally-title">
      <div class="output-head">
        <h2 id="tally-title">Votes</h2>
      </div>
      {rows.length === 0
        ? (
          <p class="runs-empty help">
            None yet. After a run, say which text is best: the tally by model
            stands here.
          </p>
        )
        : (
          <Table
            caption="Votes by model"
            heads={["Model", "Won", "Tied", "Lost", "Share"]}
            rows={rows.map(({ model, won, tied, lost }) => [
              model,
              won,
              tied,
              lost,
              formatShare(won / (won + tied + lost)),
            ])}
          />
        )}
    </section>
  );
}
