import type { ModelOverview, ModelRow } from "../../api/model_overview.ts";
import { DownloadsPanel } from "./downloads_panel.tsx";
import { MemoryPanel } from "./memory_panel.tsx";
import { ModelList } from "./model_list.tsx";
import type { PlacedProblem } from "./models_watch.ts";

/** What the buttons of the page do where scripts run. */
export interface ModelActions {
  pull: (model: string) => void;
  cancel: (id: string) => void;
  load: (model: string, dtype: string) => void;
  unload: (model: string, dtype: string) => void;
  remove: (model: string) => void;
}

/** What the parts of the page show. */
export interface ModelsViewProps {
  overview: ModelOverview;
  /** The name in the field of downloads. */
  typed: string;
  problem: PlacedProblem | undefined;
  /** The places whose request is under way. */
  busy: ReadonlySet<string>;
  /** Whether the server cannot be reached just now. */
  lost: boolean;
  actions: ModelActions;
}

/** The models: what is in memory, what is being fetched, what there is. */
export function ModelsView(props: ModelsViewProps) {
  const { models } = props.overview;
  const published = models.filter((row) => row.published !== undefined);
  const own = models.filter(({ place }) =>
    place === "folder" || place === "run"
  );
  const others = models.filter((row) =>
    !published.includes(row) && !own.includes(row)
  );
  const list = (id: string, title: string, help: string, rows: ModelRow[]) => (
    <ModelList {...props} id={id} title={title} help={help} rows={rows} />
  );
  return (
    <>
      <MemoryPanel {...props} />
      <DownloadsPanel {...props} />
      {list(
        "own",
        "On this machine",
        "Built in, your own below models/ or MAMBA_MODELS, and trained here.",
        own,
      )}
      {list(
        "published",
        "Checkpoints of the papers",
        "Published by state-spaces; fetched when you ask for them.",
        published,
      )}
      {others.length > 0 && list(
        "others",
        "Other downloads",
        "From the hub, by this program or by Python's tools.",
        others,
      )}
    </>
  );
}
