import { useRef } from "preact/hooks";
import { OWN_SAMPLING } from "../../api/compare.ts";
import { DEVICE_NAMES, DTYPE_NAMES } from "../../api/device_info.ts";
import type { ModelInfo } from "../../api/model_info.ts";
import { formatBytes, formatCount } from "../format.ts";
import { NUMBER_FIELDS } from "../playground/fields.ts";
import type { CompareState } from "./compare_state.ts";
import { type ColumnValues, controlName } from "./compare_values.ts";

/** What {@linkcode ColumnControls} shows. */
interface ColumnControlsProps {
  /** 0 for the first column. */
  column: number;
  models: readonly ModelInfo[];
  values: ColumnValues;
  /** The id of the control that is wrong. */
  wrong?: string | undefined;
  onChange: (changed: Partial<ColumnValues>) => void;
}

/** The choices of all columns; those that may be missing are folded away. */
export function ColumnChoices(
  { state, models }: { state: CompareState; models: readonly ModelInfo[] },
) {
  const { columns } = state.values.value;
  const controls = columns.map((values, column) => (
    <ColumnControls
      key={column}
      column={column}
      models={models}
      values={values}
      wrong={state.wrong.value}
      onChange={(changed) => state.changeColumn(column, changed)}
    />
  ));
  const more = columns.slice(2).some(({ model }) => model !== "");
  // Opened for what it holds, but never closed behind the reader's back.
  const opened = useRef(false);
  opened.current ||= more;
  return (
    <>
      <div class="column-choices">{controls.slice(0, 2)}</div>
      <details class="more-columns" open={opened.current}>
        <summary>A third and a fourth column</summary>
        <div class="column-choices">{controls.slice(2)}</div>
      </details>
    </>
  );
}

/** The choice of a column's model, and of how it is loaded and drawn from. */
function ColumnControls(props: ColumnControlsProps) {
  const { column, models, values } = props;
  const model = models.find(({ id }) => id === values.model);
  // The first two are what makes it a comparison.
  const none = column < 2 ? [] : [["", "No column"] as const];
  return (
    <fieldset class="column-controls card">
      <legend>Column {column + 1}</legend>
      <Choice
        {...props}
        name="model"
        label="Model"
        choices={[
          ...none,
          ...models.map(({ id, name, error }) =>
            [id, error === undefined ? name : `${name} (broken)`] as const
          ),
        ]}
      />
      <p class="model-facts help">
        {model === undefined
          ? "–"
          : `${model.family === "Mamba1" ? "Mamba 1" : "Mamba 2"}, ${
            formatCount(model.parameters)
          }, ${formatBytes(model.bytes)}`}
      </p>
      <div class="column-pair">
        <Choice
          {...props}
          name="dtype"
          label="Format"
          choices={[[
            "",
            model?.dtype ? `as stored: ${model.dtype}` : "as stored",
          ], ...DTYPE_NAMES.map((name) => [name, name] as const)]}
        />
        <Choice
          {...props}
          name="device"
          label="Device"
          choices={[
            ["", "server’s own"],
            ...DEVICE_NAMES.map((name) => [name, name] as const),
          ]}
        />
      </div>
      <OwnSampling {...props} />
    </fieldset>
  );
}

function Choice(
  props: ColumnControlsProps & {
    name: "model" | "dtype" | "device";
    label: string;
    choices: readonly (readonly [value: string, text: string])[];
  },
) {
  const { column, values, wrong, name, label, choices, onChange } = props;
  const id = controlName(name, column);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        name={id}
        value={values[name]}
        aria-invalid={wrong === id}
        aria-describedby={wrong === id ? "problem" : undefined}
        onChange={(event) => onChange({ [name]: event.currentTarget.value })}
      >
        {choices.map(([value, text]) => (
          <option key={value} value={value} selected={value === values[name]}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What this column alone does differently. */
function OwnSampling(props: ColumnControlsProps) {
  const { column, values, wrong, onChange } = props;
  const changed = OWN_SAMPLING.filter((name) => values[name] !== "").length;
  return (
    <details open={changed > 0}>
      <summary>
        Own settings {changed > 0 && <span class="tally">{changed}</span>}
      </summary>
      <div class="column-own">
        {OWN_SAMPLING.map((name) => {
          const id = controlName(name, column);
          const label = NUMBER_FIELDS.find((field) => field.name === name)
            ?.label ?? "Seed";
          return (
            <div class="field" key={name}>
              <label for={id}>{label}</label>
              <input
                id={id}
                name={id}
                type="text"
                inputMode="decimal"
                autocomplete="off"
                placeholder="as all"
                value={values[name]}
                aria-invalid={wrong === id}
                onInput={(event) =>
                  onChange({ [name]: event.currentTarget.value })}
              />
            </div>
          );
        })}
      </div>
    </details>
  );
}
