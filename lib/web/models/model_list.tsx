import { DTYPE_NAMES } from "../../api/device_info.ts";
import { MEMORY_DTYPES, type ModelRow } from "../../api/model_overview.ts";
import { isPulling } from "../../api/pull_status.ts";
import { formatBytes } from "../format.ts";
import { diskText, factsOf, nameOf } from "./model_text.ts";
import type { ModelsViewProps } from "./models_view.tsx";
import { ProblemAlert } from "./problem_alert.tsx";

/** What {@linkcode ModelList} shows. */
export interface ModelListProps extends ModelsViewProps {
  id: string;
  title: string;
  help: string;
  rows: readonly ModelRow[];
}

/** Models of one kind, each with its figures and what can be done with it. */
export function ModelList({ id, title, help, rows, ...props }: ModelListProps) {
  return (
    <section class="card" aria-labelledby={`${id}-title`}>
      <div class="output-head">
        <h2 id={`${id}-title`}>{title}</h2>
        <span class="help">{help}</span>
      </div>
      {rows.length === 0 && (
        <p class="models-empty help">
          None yet. Put a model's folder below models/, train one, or download
          one.
        </p>
      )}
      <ul class="models">
        {rows.map((row) => <Model key={row.id} row={row} {...props} />)}
      </ul>
    </section>
  );
}

function Model({ row, ...props }: { row: ModelRow } & ModelsViewProps) {
  const { overview, problem } = props;
  const loaded = overview.loaded.some(({ model }) => model === row.id);
  const pulling = overview.pulls.some(({ model, state }) =>
    model === row.id && isPulling(state)
  );
  return (
    <li data-model={row.id} data-place={row.place}>
      <div class="model-words">
        <div class="model-head">
          <h3 class="model-name">{nameOf(row)}</h3>
          {loaded && <a class="badge badge-done" href="#memory">in memory</a>}
        </div>
        <p class="help">
          {row.error ?? factsOf(row).join(" · ")}
        </p>
      </div>
      {row.error === undefined && <Figures row={row} />}
      <div class="model-actions">
        {row.place === "hub"
          ? <PullButton row={row} pulling={pulling} {...props} />
          : row.error === undefined && <LoadForm row={row} {...props} />}
        {row.place === "run" && (
          <a class="help" href={`/train/${encodeURIComponent(row.id)}`}>
            Its training run
          </a>
        )}
        {!pulling && <RemoveForm row={row} {...props} />}
      </div>
      <ProblemAlert problem={problem} place={row.id} />
    </li>
  );
}

function Figures({ row }: { row: ModelRow }) {
  const disk = diskText(row);
  const figures: [string, string][] = [
    [disk.label, disk.value],
    ...MEMORY_DTYPES.map((dtype): [string, string] => [
      `Memory, ${dtype}`,
      formatBytes(row.memory[dtype]),
    ]),
    ["State", formatBytes(row.stateBytes)],
  ];
  return (
    <dl class="model-figures">
      {figures.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function PullButton(
  { row, pulling, busy, actions }:
    & { row: ModelRow; pulling: boolean }
    & ModelsViewProps,
) {
  const off = pulling || busy.has("pull");
  const word = row.partialBytes === undefined ? "Download" : "Go on";
  return (
    <form
      method="post"
      action="/models"
      onSubmit={(event) => {
        event.preventDefault();
        if (!off) actions.pull(row.id);
      }}
    >
      <input type="hidden" name="model" value={row.id} />
      <button
        class="button"
        type="submit"
        name="action"
        value="pull"
        aria-disabled={off}
        aria-label={`${pulling ? "Downloading" : word} ${nameOf(row)}`}
      >
        {pulling ? "Downloading" : word}
      </button>
    </form>
  );
}

function LoadForm(
  { row, busy, actions }: { row: ModelRow } & ModelsViewProps,
) {
  const loading = busy.has(row.id);
  return (
    <form
      class="load-form"
      method="post"
      action="/models"
      onSubmit={(event) => {
        event.preventDefault();
        const fields = new FormData(event.currentTarget);
        if (!loading) actions.load(row.id, String(fields.get("dtype") ?? ""));
      }}
    >
      <input type="hidden" name="model" value={row.id} />
      <select name="dtype" aria-label={`Format of ${nameOf(row)} in memory`}>
        <option value="">as stored</option>
        {DTYPE_NAMES.map((dtype) => (
          <option key={dtype} value={dtype}>{dtype}</option>
        ))}
      </select>
      <button
        class="button"
        type="submit"
        name="action"
        value="load"
        aria-disabled={loading}
        aria-label={`Load ${nameOf(row)}`}
      >
        {loading ? "Wait …" : "Load"}
      </button>
    </form>
  );
}

/** Removes a download, after a second press: it would have to be fetched anew. */
function RemoveForm(
  { row, busy, actions }: { row: ModelRow } & ModelsViewProps,
) {
  const bytes = row.place === "download" ? row.diskBytes : row.partialBytes;
  const ours = row.place === "download" || row.place === "hub";
  if (!ours || (row.place === "hub" && bytes === undefined)) return null;
  return (
    <details class="model-remove">
      <summary aria-label={`Delete ${nameOf(row)}`}>Delete</summary>
      <form
        method="post"
        action="/models"
        onSubmit={(event) => {
          event.preventDefault();
          actions.remove(row.id);
        }}
      >
        <input type="hidden" name="model" value={row.id} />
        <button
          class="button button-small button-danger"
          type="submit"
          name="action"
          value="delete"
          aria-disabled={busy.has(row.id)}
        >
          Delete for good
        </button>
      </form>
    </details>
  );
}
