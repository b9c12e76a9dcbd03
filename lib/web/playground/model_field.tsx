import type { ModelInfo } from "../../api/model_info.ts";
import { formatBytes, formatCount } from "../format.ts";
import type { Problem } from "../request_error.ts";

/** What {@linkcode ModelField} shows. */
export interface ModelFieldProps {
  models: readonly ModelInfo[];
  value: string;
  problem?: Problem | undefined;
  /** The device that models run on, in words. */
  device: string;
  onChange: (id: string) => void;
}

/** The menu of models, and what there is to know of the chosen one. */
export function ModelField(props: ModelFieldProps) {
  const { models, value, problem, device, onChange } = props;
  const model = models.find(({ id }) => id === value) ?? models[0];
  if (model === undefined) return <NoModels />;
  return (
    <div class="field">
      <label for="model">Model</label>
      <select
        id="model"
        name="model"
        value={model.id}
        aria-describedby="model-facts"
        aria-invalid={problem?.field === "model"}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {models.map(({ id, name, error }) => (
          <option key={id} value={id} selected={id === model.id}>
            {error === undefined ? name : `${name} (cannot be loaded)`}
          </option>
        ))}
      </select>
      <ul class="model-facts" id="model-facts">
        {factsOf(model, device).map((fact) => <li key={fact}>{fact}</li>)}
      </ul>
      <ModelNotice model={model} />
    </div>
  );
}

function ModelNotice({ model }: { model: ModelInfo }) {
  if (model.error !== undefined) {
    return <p class="alert">{model.error}</p>;
  }
  if (!model.hasTokenizer) {
    return (
      <p class="notice">
        This model has no tokenizer, so it cannot read or write text. Put a
        tokenizer.json beside its weights.
      </p>
    );
  }
  if (!model.trained) {
    return (
      <p class="notice">
        This model has random weights: its text is noise. It shows how the page
        and the engine work, not what a Mamba model can do.
      </p>
    );
  }
  return null;
}

function NoModels() {
  return (
    <div class="notice">
      <strong>There is no model here yet.</strong>
      <span>
        Put a directory with <code>config.json</code>, the weights and{" "}
        <code>tokenizer.json</code> below{" "}
        <code>models/</code>, or name its parent in{" "}
        <code>MAMBA_MODELS</code>, then load this page again.
      </span>
    </div>
  );
}

function factsOf(model: ModelInfo, device: string): string[] {
  if (model.error !== undefined) return [];
  return [
    model.family === "Mamba1" ? "Mamba 1" : "Mamba 2",
    `${formatCount(model.parameters)} parameters`,
    `${model.dtype}, ${formatBytes(model.bytes)}`,
    `state ${formatBytes(model.stateBytes)}`,
    ...(device === "" ? [] : [device]),
  ];
}
