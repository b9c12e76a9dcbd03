import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { Problem } from "../request_error.ts";
import {
  CHOICE_FIELDS,
  LENGTH_FIELD,
  type NumberFieldText,
  REPETITION_FIELDS,
} from "./fields.ts";
import { changedNames, type FormValues } from "./form_values.ts";
import { NumberField } from "./number_field.tsx";
import { helpOf } from "./problem_text.ts";

/** What {@linkcode SettingsPanel} shows. */
export interface SettingsPanelProps {
  values: FormValues;
  problem?: Problem | undefined;
  /** The seed of the last text. */
  lastSeed?: number | undefined;
  onChange: (changed: Partial<FormValues>) => void;
  onReset: () => void;
}

/** All controls of how tokens are drawn. */
export function SettingsPanel(props: SettingsPanelProps) {
  const { values, problem, onChange, onReset } = props;
  const changed = changedNames(values);
  const number = (field: NumberFieldText) => (
    <NumberField
      key={field.name}
      field={field}
      value={values[field.name]}
      problem={problem}
      onChange={(value) => onChange({ [field.name]: value })}
    />
  );
  return (
    <section class="settings card" aria-labelledby="settings-title">
      <div class="settings-head">
        <h2 id="settings-title">Settings</h2>
        <button
          class="button button-small"
          type="submit"
          name="action"
          value="reset"
          aria-disabled={changed.length === 0}
          onClick={(event) => {
            event.preventDefault();
            onReset();
          }}
        >
          Reset
        </button>
      </div>
      <div class="settings-group">
        {[LENGTH_FIELD, ...CHOICE_FIELDS].map(number)}
        <SeedField {...props} />
      </div>
      <MoreSettings
        title="Repetition"
        names={REPETITION_FIELDS.map(({ name }) => name)}
        changed={changed}
        problem={problem}
      >
        {REPETITION_FIELDS.map(number)}
      </MoreSettings>
      <MoreSettings
        title="End of the text"
        names={["stop", "ignoreEos"]}
        changed={changed}
        problem={problem}
      >
        <StopField {...props} />
      </MoreSettings>
    </section>
  );
}

/** Controls that are folded away until they matter. */
function MoreSettings(props: {
  title: string;
  names: readonly (keyof FormValues)[];
  changed: readonly (keyof FormValues)[];
  problem: Problem | undefined;
  children: ComponentChildren;
}) {
  const { title, names, problem, children } = props;
  const changed = props.changed.filter((name) => names.includes(name)).length;
  const wrong = names.some((name) => name === problem?.field);
  // Opened for what it holds, but never closed behind the reader's back.
  const opened = useRef(false);
  opened.current ||= changed > 0 || wrong;
  return (
    <details open={opened.current}>
      <summary>
        {title}
        {changed > 0 && <span class="tally">{changed} changed</span>}
      </summary>
      <div class="settings-group">{children}</div>
    </details>
  );
}

function StopField({ values, problem, onChange }: SettingsPanelProps) {
  const wrong = problem?.field === "stop";
  return (
    <>
      <div class="field">
        <label for="stop">Stop strings</label>
        <textarea
          id="stop"
          name="stop"
          rows={2}
          spellcheck={false}
          value={values.stop}
          aria-describedby="stop-help"
          aria-invalid={wrong}
          onInput={(event) => onChange({ stop: event.currentTarget.value })}
        />
        <p class={wrong ? "field-error" : "help"} id="stop-help">
          {wrong
            ? helpOf(problem)
            : "One per line; the first that is written ends the text. \\n stands for a line end."}
        </p>
      </div>
      <div class="check">
        <input
          id="ignoreEos"
          name="ignoreEos"
          type="checkbox"
          checked={values.ignoreEos}
          aria-describedby="ignoreEos-help"
          onChange={(event) =>
            onChange({ ignoreEos: event.currentTarget.checked })}
        />
        <label class="field-label" for="ignoreEos">Write past the end</label>
        <p class="help" id="ignoreEos-help">
          Go on when the model says that the text has ended.
        </p>
      </div>
    </>
  );
}

function SeedField(props: SettingsPanelProps) {
  const { values, problem, lastSeed, onChange } = props;
  const wrong = problem?.field === "seed";
  return (
    <div class="field">
      <label for="seed">Seed</label>
      <input
        id="seed"
        name="seed"
        type="text"
        inputMode="numeric"
        autocomplete="off"
        placeholder="a new one each time"
        value={values.seed}
        aria-describedby="seed-help"
        aria-invalid={wrong}
        onInput={(event) => onChange({ seed: event.currentTarget.value })}
      />
      <p class={wrong ? "field-error" : "help"} id="seed-help">
        {wrong
          ? helpOf(problem)
          : "The same seed, prompt and settings give the same text."}
      </p>
      <p class="last-seed help">
        {lastSeed === undefined
          ? "The seed of the last text will stand here."
          : (
            <>
              <span>
                Last: <code>{lastSeed}</code>
              </span>
              <button
                class="text-button needs-js"
                type="button"
                onClick={() => onChange({ seed: String(lastSeed) })}
              >
                Use it again
              </button>
            </>
          )}
      </p>
    </div>
  );
}
