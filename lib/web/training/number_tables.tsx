import type { ComponentChildren } from "preact";
import type { TrainingHistory } from "../../api/training_history.ts";
import { groupDigits } from "../format.ts";
import { formatLoss, formatSmall } from "./run_text.ts";

/** More rows than this say no more. */
const MAX_ROWS = 40;

/** The numbers behind the curves, folded away. */
export function NumberTables({ history }: { history: TrainingHistory }) {
  const points = thinned(history.points);
  const validations = thinned(history.validations);
  return (
    <details class="card fold">
      <summary>The numbers as tables</summary>
      <Table
        caption={`Training, means of ${groupDigits(history.stride)} ${
          history.stride === 1 ? "step" : "steps"
        }`}
        heads={["Step", "Loss", "Learning rate", "Gradient norm", "Tokens/s"]}
        rows={points.map((point) => [
          groupDigits(point.step),
          formatLoss(point.loss),
          formatSmall(point.learningRate),
          formatLoss(point.gradientNorm),
          groupDigits(Math.round(point.tokensPerSecond)),
        ])}
      />
      <Table
        caption="Validation"
        heads={["Step", "Loss", "Perplexity", "Bits per byte"]}
        rows={validations.map((point) => [
          groupDigits(point.step),
          formatLoss(point.loss),
          formatLoss(point.perplexity),
          point.bitsPerByte === undefined ? "–" : formatLoss(point.bitsPerByte),
        ])}
      />
    </details>
  );
}

/** A table that scrolls in its own frame where the page is too narrow. */
export function Table(props: {
  caption: string;
  heads: readonly string[];
  rows: readonly (readonly ComponentChildren[])[];
}) {
  const { caption, heads, rows } = props;
  return (
    <div class="table-frame" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>{heads.map((head) => <th key={head} scope="col">{head}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, index) =>
                index === 0
                  ? <th key={index} scope="row">{cell}</th>
                  : <td key={index}>{cell}</td>
              )}
            </tr>
          ))}
          {rows.length === 0 && (
            <tr>
              <td colSpan={heads.length}>Nothing yet.</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

/** Evenly spread over the list, with its first and its last. */
function thinned<Item>(items: readonly Item[]): Item[] {
  if (items.length <= MAX_ROWS) return [...items];
  const step = (items.length - 1) / (MAX_ROWS - 1);
  return Array.from(
    { length: MAX_ROWS },
    (_, row) => items[Math.round(row * step)]!,
  );
}
