import type { ComponentChildren } from "preact";
import type { ModelInfo } from "../../api/model_info.ts";
import { TRAINING_RANGES } from "../../api/training_ranges.ts";
import { problemHelp } from "../problem_message.ts";
import type { Problem } from "../request_error.ts";
import {
  START_LABELS,
  type StartField,
  type StartName,
  type StartNumber,
} from "./start_fields.ts";
import type { StartValues } from "./start_values.ts";

/** What the form that starts a run shows. */
export interface StartFormProps {
  models: readonly ModelInfo[];
  values: StartValues;
  problem?: Problem | undefined;
}

/** A control of it. */
export interface FieldProps extends StartFormProps {
  name: StartName;
  help: string;
}

/** What every control has of the label and the words below it. */
export function attributesOf(
  { name, problem }: { name: StartName } & StartFormProps,
) {
  return {
    id: name,
    name,
    "aria-describedby": `${name}-help`,
    "aria-invalid": problem?.field === name,
    autofocus: problem?.field === name,
  };
}

/** A label, a control, and what it does or what is wrong with it. */
export function Field(props: FieldProps & { children: ComponentChildren }) {
  const { name, help, problem, children } = props;
  const wrong = problem?.field === name;
  return (
    <div class="field">
      <label for={name}>{START_LABELS.get(name)}</label>
      {children}
      <p class={wrong ? "field-error" : "help"} id={`${name}-help`}>
        {wrong ? problemHelp(problem, START_LABELS) : help}
      </p>
    </div>
  );
}

/** An entry of a menu. */
export function Choice(props: { value: string; chosen: string; text: string }) {
  const { value, chosen, text } = props;
  return <option value={value} selected={value === chosen}>{text}</option>;
}

/** A path on the server's machine. */
export function PathField(props: FieldProps) {
  const { name, values } = props;
  return (
    <Field {...props}>
      <input
        {...attributesOf(props)}
        type="text"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder={name === "data" ? "/home/me/texts" : ""}
        value={values[name]}
      />
    </Field>
  );
}

/** A number, or nothing for what suits the model. */
export function NumberInput(
  props: StartFormProps & { field: StartField & { name: StartNumber } },
) {
  const { field, values } = props;
  const { name, help } = field;
  const { min, max, integer } = TRAINING_RANGES[name];
  return (
    <Field {...props} name={name} help={help}>
      <input
        {...attributesOf({ ...props, name })}
        type="number"
        inputMode={integer ? "numeric" : "decimal"}
        min={min}
        max={max}
        step={integer ? 1 : "any"}
        placeholder="automatic"
        value={values[name]}
      />
    </Field>
  );
}
