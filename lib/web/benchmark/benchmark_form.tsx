import type { BenchmarkDevice } from "../../api/benchmark.ts";
import {
  BENCHMARK_DTYPES,
  MOST_REPETITIONS,
} from "../../api/benchmark_request.ts";
import type { ModelInfo } from "../../api/model_info.ts";
import { groupDigits } from "../format.ts";
import { problemHelp, problemMessage } from "../problem_message.ts";
import type { Problem } from "../request_error.ts";
import { BENCHMARK_LABELS, type BenchmarkValues } from "./benchmark_values.ts";

/** What {@linkcode BenchmarkForm} shows. */
export interface BenchmarkFormProps {
  models: readonly ModelInfo[];
  shapes: readonly string[];
  devices: readonly BenchmarkDevice[];
  values: BenchmarkValues;
  problem?: Problem | undefined;
  /** Whether one is at work, so that none can begin. */
  busy: boolean;
}

const TESTS = ["pp128", "pp512", "pp2048", "tg128"];
const BATCHES = [1, 4, 8];
const DEPTHS = [0, 4096, 16384, 65536, 100_000];

/** The form that begins a benchmark; it needs no scripts. */
export function BenchmarkForm(props: BenchmarkFormProps) {
  const { problem, busy } = props;
  return (
    <form
      class="card start-form bench-form"
      method="post"
      action="/benchmark"
      aria-labelledby="start-title"
      noValidate
    >
      <h2 id="start-title">Measure</h2>
      {problem !== undefined && (
        <div class="alert" role="alert">
          <strong>{problemMessage(problem, BENCHMARK_LABELS)}</strong>
          {problem.hint !== undefined && <span>{problem.hint}</span>}
        </div>
      )}
      <MainFields {...props} />
      <MoreFields {...props} />
      <div class="actions">
        <button
          class="button button-primary"
          type="submit"
          name="action"
          value="start"
          aria-disabled={busy}
        >
          Start measuring
        </button>
        <p class="help">
          Anything else that this machine does disturbs the numbers: also texts
          that this server writes and models that it trains. One benchmark is at
          work at a time; it goes on when this page is closed.
        </p>
      </div>
    </form>
  );
}

function MainFields(props: BenchmarkFormProps) {
  const { models, shapes, values } = props;
  const known = models.filter(({ error }) => error === undefined);
  return (
    <>
      <Boxes
        {...props}
        name="models"
        help={known.length > 0
          ? "Any number of them, one after the other."
          : "None is on this machine; shapes below need none."}
        choices={known.map(({ id, name }) => [id, name])}
      />
      <Boxes
        {...props}
        name="shapes"
        help="Speed does not depend on what weights are: the sizes of the published models. They take room on the disk while they are measured."
        choices={shapes.map((shape) => [shape, shape])}
      />
      <Boxes
        {...props}
        name="tests"
        help="pp512: a prompt of 512 tokens at once (prefill). tg128: 128 tokens one after the other (decode)."
        choices={withChosen(TESTS, values.tests)}
      />
    </>
  );
}

function MoreFields(props: BenchmarkFormProps) {
  const { values } = props;
  return (
    <>
      <div class="start-grid">
        <Boxes
          {...props}
          name="dtypes"
          help="Stored: as a model is; f32 for a shape."
          choices={BENCHMARK_DTYPES.map((dtype) => [dtype, dtype])}
        />
        <Boxes
          {...props}
          name="batches"
          help="For decoding."
          choices={withChosen(BATCHES.map(String), values.batches)}
        />
        <Boxes
          {...props}
          name="depths"
          help="The state stays as large as it was: the line is flat. Reading up to 100 000 tokens takes a while before the first number."
          choices={withChosen(DEPTHS.map(String), values.depths)
            .map(([value]) => [value, groupDigits(Number(value))])}
        />
      </div>
      <div class="start-numbers">
        <DeviceField {...props} />
        <TextField
          {...props}
          name="threads"
          help="Empty: as many as the device takes by itself. Several with commas: 1, 2, 4."
        />
        <TextField
          {...props}
          name="repetitions"
          help={`1 to ${MOST_REPETITIONS}, after one to warm up; they make the error lines.`}
        />
      </div>
    </>
  );
}

type ListName =
  | "models"
  | "shapes"
  | "dtypes"
  | "tests"
  | "batches"
  | "depths";

function Boxes(
  props: BenchmarkFormProps & {
    name: ListName;
    help: string;
    choices: readonly (readonly [value: string, label: string])[];
  },
) {
  const { name, help, choices, values, problem } = props;
  return (
    <fieldset class="field" id={name} aria-describedby={`${name}-help`}>
      <legend class="field-label">{BENCHMARK_LABELS.get(name)}</legend>
      {choices.length > 0 && (
        <div class="bench-boxes">
          {choices.map(([value, label]) => (
            <label key={value} class="bench-box">
              <input
                type="checkbox"
                name={name}
                value={value}
                checked={values[name].includes(value)}
              />
              <span>{label}</span>
            </label>
          ))}
        </div>
      )}
      <Help name={name} help={help} problem={problem} />
    </fieldset>
  );
}

function Help(
  { name, help, problem }: {
    name: string;
    help: string;
    problem: Problem | undefined;
  },
) {
  const wrong = problem?.field === name;
  return (
    <p class={wrong ? "field-error" : "help"} id={`${name}-help`}>
      {wrong ? problemHelp(problem, BENCHMARK_LABELS) : help}
    </p>
  );
}

function DeviceField(props: BenchmarkFormProps) {
  const { devices, values, problem } = props;
  return (
    <div class="field">
      <label for="device">Device</label>
      <select
        id="device"
        name="device"
        aria-describedby="device-help"
        aria-invalid={problem?.field === "device"}
      >
        <option value="auto" selected={values.device === "auto"}>
          the best that works
        </option>
        {devices.map(({ name, description }) => (
          <option key={name} value={name} selected={values.device === name}>
            {`${name}: ${description}`}
          </option>
        ))}
      </select>
      <Help name="device" help="What works here." problem={problem} />
    </div>
  );
}

function TextField(
  props: BenchmarkFormProps & {
    name: "threads" | "repetitions";
    help: string;
  },
) {
  const { name, help, values, problem } = props;
  return (
    <div class="field">
      <label for={name}>{BENCHMARK_LABELS.get(name)}</label>
      <input
        id={name}
        name={name}
        type="text"
        inputMode="numeric"
        autocomplete="off"
        placeholder={name === "threads" ? "automatic" : ""}
        aria-describedby={`${name}-help`}
        aria-invalid={problem?.field === name}
        value={values[name]}
      />
      <Help name={name} help={help} problem={problem} />
    </div>
  );
}

/** What was asked for by address or API has its box too. */
function withChosen(
  usual: readonly string[],
  chosen: readonly string[],
): [string, string][] {
  return [...new Set([...usual, ...chosen])].map((value) => [value, value]);
}
