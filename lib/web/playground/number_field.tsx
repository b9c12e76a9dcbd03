import { SAMPLING_RANGES } from "../../api/sampling_options.ts";
import type { Problem } from "../request_error.ts";
import type { NumberFieldText } from "./fields.ts";
import { helpOf } from "./problem_text.ts";

/** What {@linkcode NumberField} shows. */
export interface NumberFieldProps {
  field: NumberFieldText;
  value: string;
  problem?: Problem | undefined;
  onChange: (value: string) => void;
}

/**
 * A number with its label, its help and, where scripts run, a slider. The
 * slider is for the pointer: a keyboard has the arrows in the number itself.
 */
export function NumberField(props: NumberFieldProps) {
  const { field, value, problem, onChange } = props;
  const { name, label, help, slider } = field;
  const { max, integer } = SAMPLING_RANGES[name];
  const wrong = problem?.field === name;
  const onInput = (event: { currentTarget: HTMLInputElement }) =>
    onChange(event.currentTarget.value);
  return (
    <div class="number-field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        type="number"
        inputMode={integer ? "numeric" : "decimal"}
        // Steps count from here: from 0.01 on they would miss round numbers.
        min={slider.min}
        max={max}
        step={slider.step}
        value={value}
        aria-describedby={`${name}-help`}
        aria-invalid={wrong}
        onInput={onInput}
      />
      <input
        class="range needs-js"
        type="range"
        aria-hidden="true"
        tabIndex={-1}
        {...slider}
        value={value}
        onInput={onInput}
      />
      <p class={wrong ? "field-error" : "help"} id={`${name}-help`}>
        {wrong ? helpOf(problem) : help}
      </p>
    </div>
  );
}
