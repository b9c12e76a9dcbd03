import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { ModelOverview } from "../lib/api/model_overview.ts";
import {
  ModelsWatch,
  type PlacedProblem,
} from "../lib/web/models/models_watch.ts";
import { ModelsView } from "../lib/web/models/models_view.tsx";

/** What the server gives the page of models. */
export interface ModelsProps {
  overview: ModelOverview;
  /** What was typed into a form that was refused. */
  typed: string;
  /** Why it was refused. */
  problem?: PlacedProblem | undefined;
}

/** The models as they change; without scripts, as they were. */
export default function Models({ overview, typed, problem }: ModelsProps) {
  const watch = useMemo(() => {
    const watch = new ModelsWatch(overview);
    watch.problem.value = problem;
    return watch;
  }, []);
  const awake = useSignal(false);
  useEffect(() => {
    awake.value = true;
    return follow(watch);
  }, []);
  return (
    <div class="training" data-awake={awake.value || undefined}>
      <ModelsView
        overview={watch.overview.value}
        typed={typed}
        problem={watch.problem.value}
        busy={watch.busy.value}
        lost={watch.lost.value}
        actions={{
          pull: (model) => void watch.pull(model),
          cancel: (id) => void watch.cancel(id),
          load: (model, dtype) => void watch.load(model, dtype),
          unload: (model, dtype) => void watch.unload(model, dtype),
          remove: (model) => void watch.remove(model),
        }}
      />
    </div>
  );
}

/** Follows the downloads while the page is shown. */
function follow(watch: ModelsWatch): () => void {
  const close = () => watch.close();
  // Other pages load models, and begin downloads.
  const onShow = () => {
    if (document.hidden) return;
    watch.refresh().catch(() => {}).then(() => void watch.connect());
  };
  void watch.connect();
  addEventListener("pagehide", close);
  addEventListener("pageshow", onShow);
  document.addEventListener("visibilitychange", onShow);
  return () => {
    close();
    removeEventListener("pagehide", close);
    removeEventListener("pageshow", onShow);
    document.removeEventListener("visibilitychange", onShow);
  };
}
