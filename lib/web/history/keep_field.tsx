import type { HistoryStatus } from "../../api/history.ts";

/** What {@linkcode KeepField} shows. */
export interface KeepFieldProps {
  history: HistoryStatus;
  keep: boolean;
  onChange: (keep: boolean) => void;
}

/** Whether the run is kept in the history; where none is kept, nothing. */
export function KeepField({ history, keep, onChange }: KeepFieldProps) {
  if (!history.on) return null;
  const { error } = history;
  return (
    <div class="keep-field">
      {/* Tells a box that is not ticked from a form without one. */}
      <input type="hidden" name="keep" value="off" />
      <label class="check-line">
        <input
          id="keep"
          name="keep"
          type="checkbox"
          value="on"
          checked={keep}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        Keep in <a href="/history">history</a>
      </label>
      {error !== undefined && (
        <p class="notice">
          <strong>{error.message}.</strong>
          <span>Runs go on, but are not kept. {error.hint}</span>
        </p>
      )}
    </div>
  );
}
