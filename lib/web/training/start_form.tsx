import { SCHEDULES } from "../../api/resolve_training.ts";
import { TRAINING_PRESETS } from "../../api/training_presets.ts";
import { formatCount } from "../format.ts";
import { problemMessage } from "../problem_message.ts";
import type { Problem } from "../request_error.ts";
import {
  attributesOf,
  Choice,
  Field,
  NumberInput,
  PathField,
  type StartFormProps,
} from "./start_controls.tsx";
import {
  FOLDED,
  MAIN_NUMBERS,
  MORE_NUMBERS,
  START_LABELS,
} from "./start_fields.ts";
import { modelChoice, newChoice } from "./start_values.ts";

/** The form that starts a run; it needs no scripts. */
export function StartForm(props: StartFormProps) {
  const problem = placed(props.problem);
  const fields = { ...props, problem };
  return (
    <form
      class="card start-form"
      method="post"
      action="/train"
      aria-labelledby="start-title"
      noValidate
    >
      <h2 id="start-title">Start a run</h2>
      {problem !== undefined && <Alert problem={problem} />}
      <MainFields {...fields} />
      <MoreFields {...fields} />
      <div class="actions">
        <button class="button button-primary" type="submit">
          Start training
        </button>
        <p class="help">
          What is left empty is what suits the model. One run is at work at a
          time; it goes on when this page is closed.
        </p>
      </div>
    </form>
  );
}

function MainFields(props: StartFormProps) {
  return (
    <>
      <div class="start-grid">
        <SourceField {...props} />
        <TokenizerField {...props} />
        <PathField
          {...props}
          name="data"
          help="A text file, a .jsonl file, or a folder of them: a path on the machine that this server runs on."
        />
        <PathField
          {...props}
          name="validation"
          help="Another text of the kind, to see whether the model learns or only remembers. May stay empty."
        />
      </div>
      <div class="start-numbers">
        {MAIN_NUMBERS.map((field) => (
          <NumberInput key={field.name} {...props} field={field} />
        ))}
      </div>
    </>
  );
}

function MoreFields(props: StartFormProps) {
  const wrong = FOLDED.some((name) => name === props.problem?.field);
  return (
    <details class="fold" open={wrong}>
      <summary>More settings</summary>
      <div class="start-numbers">
        <ScheduleField {...props} />
        {MORE_NUMBERS.map((field) => (
          <NumberInput key={field.name} {...props} field={field} />
        ))}
      </div>
      <PromptsField {...props} />
      <SpikeField {...props} />
    </details>
  );
}

/** The model is chosen by one control, whatever the server calls it. */
function placed(problem: Problem | undefined): Problem | undefined {
  if (problem?.field !== "model" && problem?.field !== "config") return problem;
  const message = problemMessage(problem, START_LABELS);
  return { ...problem, message, field: "from" };
}

function Alert({ problem }: { problem: Problem }) {
  return (
    <div class="alert" role="alert">
      <strong>{problemMessage(problem, START_LABELS)}</strong>
      {problem.hint !== undefined && <span>{problem.hint}</span>}
    </div>
  );
}

function SourceField(props: StartFormProps) {
  const { models, values } = props;
  const known = models.filter(({ error }) => error === undefined);
  return (
    <Field
      {...props}
      name="from"
      help="A new one begins with random weights; fine-tuning leaves the original as it is."
    >
      <select {...attributesOf({ ...props, name: "from" })}>
        <optgroup label="A new model">
          {TRAINING_PRESETS.map(({ id, name, note }) => (
            <Choice
              key={id}
              value={newChoice(id)}
              chosen={values.from}
              text={`${name} (${note})`}
            />
          ))}
        </optgroup>
        {known.length > 0 && (
          <optgroup label="Fine-tune">
            {known.map(({ id, name, parameters }) => (
              <Choice
                key={id}
                value={modelChoice(id)}
                chosen={values.from}
                text={`${name} (${formatCount(parameters)} parameters)`}
              />
            ))}
          </optgroup>
        )}
      </select>
    </Field>
  );
}

function TokenizerField(props: StartFormProps) {
  const { models, values } = props;
  const having = models.filter(({ hasTokenizer }) => hasTokenizer);
  return (
    <Field
      {...props}
      name="tokenizer"
      help="How text becomes tokens. Fine-tuning keeps the model's own."
    >
      <select {...attributesOf({ ...props, name: "tokenizer" })}>
        <Choice
          value=""
          chosen={values.tokenizer}
          text={having[0] === undefined
            ? "The model's own"
            : `The model's own; a new one's: that of ${having[0].name}`}
        />
        {having.map(({ id, name, vocabSize }) => (
          <Choice
            key={id}
            value={id}
            chosen={values.tokenizer}
            text={`That of ${name} (${formatCount(vocabSize)} tokens)`}
          />
        ))}
      </select>
    </Field>
  );
}

function ScheduleField(props: StartFormProps) {
  const { values } = props;
  return (
    <Field
      {...props}
      name="schedule"
      help="How the learning rate goes down after the warm-up."
    >
      <select {...attributesOf({ ...props, name: "schedule" })}>
        {SCHEDULES.map((schedule) => (
          <Choice
            key={schedule}
            value={schedule}
            chosen={values.schedule}
            text={schedule}
          />
        ))}
      </select>
    </Field>
  );
}

function PromptsField(props: StartFormProps) {
  return (
    <Field
      {...props}
      name="samplePrompts"
      help="One per line: each sample continues one of them. Empty: no samples."
    >
      <textarea {...attributesOf({ ...props, name: "samplePrompts" })} rows={2}>
        {props.values.samplePrompts}
      </textarea>
    </Field>
  );
}

function SpikeField(props: StartFormProps) {
  const name = "continueOnSpike";
  return (
    <div class="check">
      <input
        {...attributesOf({ ...props, name })}
        type="checkbox"
        checked={props.values[name] !== ""}
      />
      <label class="field-label" for={name}>{START_LABELS.get(name)}</label>
      <p class="help" id={`${name}-help`}>
        Leave out steps whose loss jumps, instead of ending the run there.
      </p>
    </div>
  );
}
