import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { CompareMode } from "../../api/compare.ts";
import { groupDigits } from "../format.ts";
import { messageOf } from "../playground/problem_text.ts";
import type { CompareRun } from "./compare_run.ts";

/** What {@linkcode CompareActions} shows. */
export interface CompareActionsProps {
  run: CompareRun;
  mode: CompareMode;
  /** Whether there is a model to ask. */
  possible: boolean;
  onMode: (mode: CompareMode) => void;
}

const MODES: readonly { mode: CompareMode; label: string; help: string }[] = [
  {
    mode: "write",
    label: "Write",
    help: "Each model continues the prompt.",
  },
  {
    mode: "read",
    label: "Read in lock-step",
    help: "All models read the prompt, token by token.",
  },
];

/** What the models shall do, and the buttons that set it going. */
export function CompareActions(props: CompareActionsProps) {
  const { run, possible } = props;
  const problem = run.problem.value;
  const running = run.running.value;
  // The server cannot know the keyboard; the page says it when it has woken.
  const modifier = useSignal("Ctrl");
  useEffect(() => {
    if (/Mac|iPhone|iPad/.test(navigator.platform)) modifier.value = "⌘";
  }, []);
  return (
    <>
      <Modes {...props} />
      <div class="actions">
        <button
          class="button button-primary"
          type="submit"
          name="action"
          value="run"
          aria-disabled={running || !possible}
          aria-keyshortcuts="Control+Enter Meta+Enter"
        >
          Run
          <kbd class="needs-js" aria-hidden="true">{modifier} ⏎</kbd>
        </button>
        <button
          class="button needs-js"
          type="button"
          aria-disabled={!running}
          aria-keyshortcuts="Escape"
          onClick={() => run.stop()}
        >
          Stop
          <kbd aria-hidden="true">Esc</kbd>
        </button>
        <p class="status" role="status">{statusOf(run)}</p>
      </div>
      {problem !== undefined && (
        <div class="alert" id="problem" role="alert">
          <strong>{messageOf(problem)}</strong>
          {problem.hint !== undefined && <span>{problem.hint}</span>}
        </div>
      )}
    </>
  );
}

function Modes({ mode, onMode }: CompareActionsProps) {
  return (
    <fieldset class="modes">
      <legend class="visually-hidden">What the models do</legend>
      {MODES.map((entry) => (
        <label class="check" key={entry.mode}>
          <input
            type="radio"
            name="mode"
            value={entry.mode}
            checked={mode === entry.mode}
            onChange={() => onMode(entry.mode)}
          />
          <span class="field-label">{entry.label}</span>
          <span class="help">{entry.help}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** All columns in one short sentence. */
function statusOf(run: CompareRun): string {
  const phases = run.columns.value.map(({ view }) => view.status.value.phase);
  if (phases.length === 0) return "";
  const done = phases.filter((phase) => phase === "done").length;
  if (run.running.value) {
    return done === 0
      ? `${groupDigits(phases.length)} columns at work …`
      : `${done} of ${phases.length} columns finished …`;
  }
  if (phases.includes("stopped")) return "Stopped.";
  return done === phases.length
    ? "All columns finished."
    : `${done} of ${phases.length} columns finished, the others failed.`;
}
