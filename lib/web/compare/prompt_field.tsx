import type { CompareState } from "./compare_state.ts";

/** The text that all models continue, or read. */
export function PromptField({ state }: { state: CompareState }) {
  const wrong = state.wrong.value === "prompt";
  return (
    <div class="field">
      <label for="prompt">Prompt</label>
      <textarea
        class="prompt-input"
        id="prompt"
        name="prompt"
        rows={3}
        placeholder="A text to continue, or to read in lock-step"
        value={state.values.value.shared.prompt}
        aria-describedby={wrong ? "problem" : undefined}
        aria-invalid={wrong}
        onInput={(event) =>
          state.changeShared({ prompt: event.currentTarget.value })}
      />
    </div>
  );
}
