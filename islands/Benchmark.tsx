import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { BenchmarkRun } from "../lib/api/benchmark.ts";
import { BenchmarkCharts } from "../lib/web/benchmark/benchmark_charts.tsx";
import { BenchmarkPanel } from "../lib/web/benchmark/benchmark_panel.tsx";
import {
  BenchmarkFacts,
  BenchmarkTables,
} from "../lib/web/benchmark/benchmark_table.tsx";
import { BenchmarkWatch } from "../lib/web/benchmark/benchmark_watch.ts";
import { ExportLinks } from "../lib/web/benchmark/export_links.tsx";

/** What the server gives the page of a run. */
export interface BenchmarkProps {
  run: BenchmarkRun;
  /** What is drawn beside it. */
  beside: BenchmarkRun[];
}

/** A benchmark as it goes on; without scripts it shows where it was. */
export default function Benchmark({ run, beside }: BenchmarkProps) {
  const watch = useMemo(() => new BenchmarkWatch(run), []);
  const awake = useSignal(false);
  useEffect(() => {
    awake.value = true;
    const connect = () => void watch.connect();
    const close = () => watch.close();
    connect();
    addEventListener("pagehide", close);
    addEventListener("pageshow", connect);
    return () => {
      close();
      removeEventListener("pagehide", close);
      removeEventListener("pageshow", connect);
    };
  }, []);
  const shown = watch.run.value;
  const runs = [shown, ...beside];
  return (
    <div class="training" data-awake={awake.value || undefined}>
      <BenchmarkPanel
        run={shown}
        problem={watch.problem.value}
        lost={watch.lost.value}
        onStop={() => void watch.stop()}
      />
      <BenchmarkCharts runs={runs} />
      <ExportLinks runs={runs} />
      <BenchmarkTables runs={runs} />
      <BenchmarkFacts run={shown} />
    </div>
  );
}
