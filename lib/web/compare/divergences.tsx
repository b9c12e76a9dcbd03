import { Table } from "../training/number_tables.tsx";
import type { ColumnView } from "./column_view.ts";
import { formatNats, formatShare, visible } from "./token_text.ts";

/** More rows than this say no more. */
const MAX_ROWS = 20;

/** The tokens at which each column is farthest from the first one. */
export function Divergences({ columns }: { columns: readonly ColumnView[] }) {
  const compared = columns.map((column, index) => ({ column, index }))
    .filter(({ column }) => column.reading.value?.divergence !== undefined);
  const base = columns[0]!.reading.value?.tokens ?? [];
  return (
    <details class="card fold">
      <summary>Where the models differ most</summary>
      {compared.length === 0 && (
        <p class="fold-body help">
          No column has been compared with the first one.
        </p>
      )}
      {compared.map(({ column, index }) => (
        <Table
          key={index}
          caption={`Column ${index + 1}, ${column.label}, from column 1`}
          heads={[
            "Token",
            "KL",
            "Likeliest in 1",
            "Likeliest here",
            "Given by 1",
            "Given here",
          ]}
          rows={farthest(column).map(({ at, token }) => [
            <code key="token">{visible(token.text)}</code>,
            formatNats(token.kl),
            visible(base[at]?.top ?? "–"),
            visible(token.top ?? "–"),
            share(base[at]?.logprob),
            share(token.logprob),
          ])}
        />
      ))}
    </details>
  );
}

function farthest({ reading }: ColumnView) {
  const tokens = reading.value?.tokens ?? [];
  return tokens.map((token, at) => ({ token, at }))
    .filter(({ token }) => token.kl !== undefined)
    .sort((a, b) => b.token.kl! - a.token.kl!)
    .slice(0, MAX_ROWS);
}

function share(logprob: number | undefined): string {
  return logprob === undefined ? "–" : formatShare(Math.exp(logprob));
}
