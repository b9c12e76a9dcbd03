import { useLayoutEffect } from "preact/hooks";
import type { Signal } from "@preact/signals";
import type { Reading } from "../../api/compare.ts";
import { describeColumn } from "../playground/figures.ts";
import { messageOf } from "../playground/problem_text.ts";
import { describeRun } from "../playground/run_status.ts";
import { splitText } from "../playground/split_text.ts";
import { FigureStrip, Progress, TextFrame } from "../playground/text_frame.tsx";
import type { Problem } from "../request_error.ts";
import type { ColumnView } from "./column_view.ts";
import { splitAt } from "./partings.ts";
import { ReadingFigures, ReadingText } from "./reading_text.tsx";

/** What {@linkcode ColumnPanel} shows. */
export interface ColumnPanelProps {
  column: ColumnView;
  /** 0 for the first column. */
  index: number;
  /** Whether the columns read, rather than write. */
  reads: boolean;
  /** Where the text parts from the first column's. */
  parting: number | undefined;
  /** The token that is looked at, in every column. */
  selected: Signal<number | undefined>;
}

const NOTHING_READ: Reading = { tokens: [] };

/** A column as it writes or reads, and what is measured of it. */
export function ColumnPanel(props: ColumnPanelProps) {
  const { column, index, reads, selected } = props;
  const { view } = column;
  const reading = column.reading.value ?? NOTHING_READ;
  const problem = view.problem.value;
  const titleId = `column-${index + 1}`;
  return (
    <section class="output column card" aria-labelledby={titleId}>
      <ColumnHead column={column} index={index} titleId={titleId} />
      <Progress view={view} />
      <TextFrame
        view={view}
        titleId={titleId}
        onStep={(by) => step(selected, by, reading.tokens.length)}
      >
        {(onGrown) => (
          <>
            {reads
              ? (
                <ReadingText
                  reading={reading}
                  selected={selected}
                  onGrown={onGrown}
                />
              )
              : <Written {...props} onGrown={onGrown} />}
            {problem !== undefined && <ColumnAlert problem={problem} />}
          </>
        )}
      </TextFrame>
      <p class="column-status">{describeRun(view.status.value) || "\u00a0"}</p>
      {reads
        ? (
          <ReadingFigures
            reading={reading}
            figures={view.figures.value}
            selected={selected}
          />
        )
        : (
          <FigureStrip
            figures={describeColumn(view.figures.value, props.parting)}
          />
        )}
    </section>
  );
}

/** The model, and how it is loaded. */
function ColumnHead(
  { column, index, titleId }: {
    column: ColumnView;
    index: number;
    titleId: string;
  },
) {
  const { device, dtype } = column.view.figures.value;
  return (
    <div class="output-head">
      <h2 id={titleId}>
        <span class="column-number">{index + 1}</span> {column.label}
      </h2>
      <p class="column-place">
        {device === undefined ? "" : `${dtype}, ${device}`}
      </p>
    </div>
  );
}

/** In the frame, where it moves nothing. */
function ColumnAlert({ problem }: { problem: Problem }) {
  return (
    <div class="alert column-alert">
      <strong>{messageOf(problem)}</strong>
      {problem.hint !== undefined && <span>{problem.hint}</span>}
    </div>
  );
}

/** Looks at the token before or after. */
function step(
  selected: Signal<number | undefined>,
  by: number,
  tokens: number,
): void {
  if (tokens === 0) return;
  const next = (selected.value ?? (by > 0 ? -1 : tokens)) + by;
  selected.value = Math.min(Math.max(0, next), tokens - 1);
}

/** The continuation, with a mark at the first character that differs. */
function Written(
  { column, parting, onGrown }: ColumnPanelProps & { onGrown: () => void },
) {
  const { view } = column;
  const text = view.text.value;
  useLayoutEffect(onGrown, [text]);
  const [before, mark, after] = splitAt(text, parting);
  const pieces = (part: string) =>
    splitText(part).map((piece, index) => <span key={index}>{piece}</span>);
  return (
    <>
      <span class="visually-hidden">Continuation:</span>
      <span class="text-continuation">
        {pieces(before)}
        {mark !== "" && (
          <mark class="parting" title="Here the texts part">{mark}</mark>
        )}
        {pieces(after)}
      </span>
      {view.status.value.phase === "writing" && (
        <span class="caret" aria-hidden="true" />
      )}
    </>
  );
}
