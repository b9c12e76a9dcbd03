import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { isActive, type TrainingSnapshot } from "../lib/api/training_run.ts";
import { NumberTables } from "../lib/web/training/number_tables.tsx";
import { RemoveForm } from "../lib/web/training/remove_form.tsx";
import { RunCharts } from "../lib/web/training/run_charts.tsx";
import {
  RunFacts,
  Samples,
  Warnings,
} from "../lib/web/training/run_details.tsx";
import { RunPanel } from "../lib/web/training/run_panel.tsx";
import { RunWatch } from "../lib/web/training/run_watch.ts";
import type { Problem } from "../lib/web/request_error.ts";

/** What the server gives the page of a run. */
export interface TrainingProps {
  snapshot: TrainingSnapshot;
  /** Why a posted form was refused. */
  problem?: Problem | undefined;
}

/** A run as it goes on; without scripts it shows where the run was. */
export default function Training({ snapshot, problem }: TrainingProps) {
  const watch = useMemo(() => {
    const watch = new RunWatch(snapshot);
    watch.problem.value = problem;
    return watch;
  }, []);
  const awake = useSignal(false);
  useEffect(() => {
    awake.value = true;
    return follow(watch);
  }, []);
  const remove = async () => {
    if (await watch.remove()) location.assign("/train");
  };
  const run = watch.run.value;
  const history = watch.history.value;
  return (
    <div class="training" data-awake={awake.value || undefined}>
      <RunPanel
        run={run}
        history={history}
        folder={snapshot.folder}
        problem={watch.problem.value}
        lost={watch.lost.value}
        onStop={() => void watch.command("stop")}
        onResume={() => void watch.command("resume")}
      />
      <Warnings history={history} />
      <RunCharts history={history} />
      <Samples history={history} />
      <NumberTables history={history} />
      <RunFacts snapshot={snapshot} history={history} />
      {!isActive(run.status) && (
        <RemoveForm
          id={run.id}
          onRemove={() => void remove()}
        />
      )}
    </div>
  );
}

/** Follows the run while the page is shown. */
function follow(watch: RunWatch): () => void {
  const connect = () => void watch.connect();
  const close = () => watch.close();
  // Another page may have resumed a run that rested.
  const onShow = () => {
    if (!document.hidden && !isActive(watch.run.value.status)) connect();
  };
  connect();
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
