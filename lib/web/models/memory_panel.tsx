import { heldBytes } from "../../api/model_overview.ts";
import { limitNote, loadedFacts, memoryText } from "./model_text.ts";
import type { ModelsViewProps } from "./models_view.tsx";
import { ProblemAlert } from "./problem_alert.tsx";

/** What is loaded, how much memory it holds, and the buttons that unload it. */
export function MemoryPanel(
  { overview, problem, busy, actions }: ModelsViewProps,
) {
  const { loaded, limitBytes } = overview;
  const note = limitNote(overview);
  return (
    <section class="card" id="memory" aria-labelledby="memory-title">
      <div class="output-head">
        <h2 id="memory-title">In memory</h2>
        <span class="help" data-figure="held">{memoryText(overview)}</span>
      </div>
      <progress
        class="output-progress"
        aria-label="Memory that models hold"
        max={100}
        value={Math.min(100, 100 * heldBytes(overview) / limitBytes)}
      />
      <ProblemAlert problem={problem} place="memory" />
      {note !== undefined && <p class="notice">{note}</p>}
      {loaded.length === 0 && (
        <p class="models-empty help">
          Nothing is loaded. A model is when it is first used; those that were
          used longest ago make room for others.
        </p>
      )}
      <ul class="entries">
        {loaded.toReversed().map((one) => (
          <li key={`${one.model} ${one.dtype} ${one.device}`}>
            <div class="entry-words">
              <strong class="model-name">{one.model}</strong>
              <p class="help">{loadedFacts(one).join(" · ")}</p>
            </div>
            <form
              method="post"
              action="/models"
              onSubmit={(event) => {
                event.preventDefault();
                actions.unload(one.model, one.dtype);
              }}
            >
              <input type="hidden" name="model" value={one.model} />
              <input type="hidden" name="dtype" value={one.dtype} />
              <button
                class="button button-small"
                type="submit"
                name="action"
                value="unload"
                aria-disabled={busy.has("memory")}
                aria-label={`Unload ${one.model} in ${one.dtype}`}
              >
                Unload
              </button>
            </form>
          </li>
        ))}
      </ul>
    </section>
  );
}
