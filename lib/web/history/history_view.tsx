import {
  HISTORY_KINDS,
  type HistoryEntry,
  type HistoryKind,
  type HistoryPage,
  type HistoryQuery,
} from "../../api/history.ts";
import { groupDigits } from "../format.ts";
import type { Problem } from "../request_error.ts";
import { formatTime } from "../training/run_text.ts";
import { historyAddress } from "./history_address.ts";

/** What {@linkcode HistoryView} shows. */
export interface HistoryViewProps {
  /** Whether a history is kept. */
  on: boolean;
  list: HistoryPage;
  query: HistoryQuery;
  problem?: Problem;
}

/** The history as a list, and what can be done with it. */
export function HistoryView(props: HistoryViewProps) {
  const { on, list, query, problem } = props;
  if (!on) return <Off />;
  return (
    <div class="history">
      {problem !== undefined && (
        <div class="alert" role="alert">
          <strong>{problem.message}</strong>
          {problem.hint !== undefined && <span>{problem.hint}</span>}
        </div>
      )}
      <Kinds query={query} />
      <section class="card" aria-labelledby="history-title">
        <div class="output-head">
          <h2 id="history-title">
            {query.kind === undefined
              ? "All runs"
              : `Runs: ${HISTORY_KINDS[query.kind].label}`}
          </h2>
          <span class="help">{groupDigits(list.total)} kept</span>
        </div>
        {list.entries.length === 0
          ? problem === undefined && <Empty query={query} />
          : <Entries {...props} />}
      </section>
      <Pages {...props} />
      {list.total > 0 && <ClearForm query={query} total={list.total} />}
    </div>
  );
}

function Off() {
  return (
    <div class="notice">
      <strong>No history is kept.</strong>
      <span>
        <code>MAMBA_HISTORY=off</code>{" "}
        says so. Start the server without it to keep runs again.
      </span>
    </div>
  );
}

function Kinds({ query }: { query: HistoryQuery }) {
  const kinds = Object.keys(HISTORY_KINDS) as HistoryKind[];
  return (
    <nav class="tabs" aria-label="Kinds of runs">
      {[undefined, ...kinds].map((kind) => (
        <a
          key={kind ?? "all"}
          href={historyAddress({ kind })}
          aria-current={kind === query.kind ? "page" : undefined}
        >
          {kind === undefined ? "All" : HISTORY_KINDS[kind].label}
        </a>
      ))}
    </nav>
  );
}

function Empty({ query: { before } }: { query: HistoryQuery }) {
  return (
    <p class="runs-empty help">
      {before === undefined
        ? (
          <>
            Nothing yet. What you run in the <a href="/">playground</a> or{" "}
            <a href="/compare">compare</a> or <a href="/benchmark">benchmark</a>
            {" "}
            will be listed here.
          </>
        )
        : "Nothing is older than this."}
    </p>
  );
}

function Entries({ list, query }: HistoryViewProps) {
  return (
    <form method="post" action={historyAddress(query)}>
      <ul class="entries">
        {list.entries.map((entry) => <Entry key={entry.id} entry={entry} />)}
      </ul>
    </form>
  );
}

function Entry({ entry }: { entry: HistoryEntry }) {
  const { id, kind, createdAt, title, models, state } = entry;
  // A file that a newer version has written may know other kinds.
  const info = HISTORY_KINDS[kind] as
    | typeof HISTORY_KINDS[HistoryKind]
    | undefined;
  const name = title === "" ? `Run ${id}` : title;
  return (
    <li>
      <div class="entry-words">
        {info === undefined
          ? <span class="entry-title">{name}</span>
          : <a class="entry-title" href={`${info.open}${id}`}>{name}</a>}
        <p class="help">
          {info?.label ?? kind} · {models.join(", ")} ·{" "}
          <time dateTime={createdAt}>{formatTime(createdAt)}</time>
        </p>
      </div>
      <span class={`badge badge-${state}`}>{state}</span>
      <button
        class="button button-small"
        type="submit"
        name="delete"
        value={id}
        aria-label={`Delete run ${id}: ${name}`}
      >
        Delete
      </button>
    </li>
  );
}

function Pages({ list, query }: HistoryViewProps) {
  const { kind, before } = query;
  if (list.next === undefined && before === undefined) return null;
  return (
    <nav class="pager" aria-label="Pages">
      {before !== undefined && (
        <a class="button button-small" href={historyAddress({ kind })}>
          Newest
        </a>
      )}
      {list.next !== undefined && (
        <a
          class="button button-small"
          href={historyAddress({ kind, before: list.next })}
          rel="next"
        >
          Older
        </a>
      )}
    </nav>
  );
}

/** Deletes all, after a second press. */
function ClearForm({ query, total }: { query: HistoryQuery; total: number }) {
  const { kind } = query;
  const what = kind === undefined ? "all kinds" : HISTORY_KINDS[kind].label;
  return (
    <details class="card fold">
      <summary>Delete the history</summary>
      <form class="fold-body" method="post" action={historyAddress({ kind })}>
        <p class="help">
          {groupDigits(total)} {total === 1 ? "run" : "runs"} of {what}{" "}
          with texts and votes. They cannot be got back.
        </p>
        <button
          class="button button-danger"
          type="submit"
          name="action"
          value="clear"
        >
          Delete for good
        </button>
      </form>
    </details>
  );
}
