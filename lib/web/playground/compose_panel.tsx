import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { HistoryStatus } from "../../api/history.ts";
import type { ModelInfo } from "../../api/model_info.ts";
import { KeepField } from "../history/keep_field.tsx";
import type { Problem } from "../request_error.ts";
import { EXAMPLE_PROMPTS } from "./fields.ts";
import type { FormValues } from "./form_values.ts";
import { ModelField } from "./model_field.tsx";
import { messageOf } from "./problem_text.ts";
import { describeRun } from "./run_status.ts";
import type { RunView } from "./run_view.ts";

/** What {@linkcode ComposePanel} shows. */
export interface ComposePanelProps {
  models: readonly ModelInfo[];
  device: string;
  history: HistoryStatus;
  values: FormValues;
  view: RunView;
  onChange: (changed: Partial<FormValues>) => void;
  onStop: () => void;
  onRetry: () => void;
}

/** The model, the prompt, and the buttons that set it all going. */
export function ComposePanel(props: ComposePanelProps) {
  const { models, device, history, values, view, onChange } = props;
  const problem = view.problem.value;
  return (
    <div class="compose">
      <ModelField
        models={models}
        device={device}
        value={values.model}
        problem={problem}
        onChange={(model) => onChange({ model })}
      />
      <PromptField {...props} />
      <Actions {...props} />
      <KeepField
        history={history}
        keep={values.keep}
        onChange={(keep) => onChange({ keep })}
      />
      {problem !== undefined && <Alert {...props} problem={problem} />}
    </div>
  );
}

function PromptField({ values, view, onChange }: ComposePanelProps) {
  const wrong = view.problem.value?.field === "prompt";
  return (
    <div class="field">
      <label for="prompt">Prompt</label>
      <textarea
        class="prompt-input"
        id="prompt"
        name="prompt"
        rows={4}
        placeholder="The beginning of a text"
        value={values.prompt}
        aria-describedby={wrong ? "problem" : undefined}
        aria-invalid={wrong}
        onInput={(event) => onChange({ prompt: event.currentTarget.value })}
      />
      <div class="examples">
        <span>Or begin with</span>
        {EXAMPLE_PROMPTS.map((prompt) => (
          <a
            key={prompt}
            href={`/?${new URLSearchParams({ model: values.model, prompt })}`}
            onClick={(event) => {
              event.preventDefault();
              onChange({ prompt });
              document.getElementById("prompt")?.focus();
            }}
          >
            {prompt} …
          </a>
        ))}
      </div>
    </div>
  );
}

function Actions({ models, view, onStop }: ComposePanelProps) {
  // The server cannot know the keyboard; the page says it when it has woken.
  const modifier = useSignal("Ctrl");
  useEffect(() => {
    if (/Mac|iPhone|iPad/.test(navigator.platform)) modifier.value = "⌘";
  }, []);
  return (
    <div class="actions">
      <button
        class="button button-primary"
        type="submit"
        name="action"
        value="run"
        aria-disabled={view.running || models.length === 0}
        aria-keyshortcuts="Control+Enter Meta+Enter"
      >
        Run
        <kbd class="needs-js" aria-hidden="true">{modifier} ⏎</kbd>
      </button>
      <button
        class="button needs-js"
        type="button"
        aria-disabled={!view.running}
        aria-keyshortcuts="Escape"
        onClick={onStop}
      >
        Stop
        <kbd aria-hidden="true">Esc</kbd>
      </button>
      <p class="status" role="status">{describeRun(view.status.value)}</p>
    </div>
  );
}

function Alert({ problem, onRetry }: ComposePanelProps & { problem: Problem }) {
  return (
    <div class="alert" id="problem" role="alert">
      <strong>{messageOf(problem)}</strong>
      {problem.hint !== undefined && <span>{problem.hint}</span>}
      <button
        class="button button-small"
        type="submit"
        name="action"
        value="run"
        onClick={(event) => {
          event.preventDefault();
          onRetry();
        }}
      >
        Try again
      </button>
    </div>
  );
}
