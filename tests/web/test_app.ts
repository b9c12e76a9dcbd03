import { App } from "fresh";
import type { VNode } from "preact";
import { BenchmarkManager } from "../../lib/bench/benchmark_manager.ts";
import { compareModels } from "../../lib/engine/compare_models.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import { History } from "../../lib/history/history.ts";
import type { State } from "../../lib/web/define.ts";
import shell from "../../routes/_app.tsx";
import ErrorPage, { handler as answerError } from "../../routes/_error.tsx";
import headers from "../../routes/_middleware.ts";
import { handler as notFound } from "../../routes/api/[...path].ts";
import apiErrors from "../../routes/api/_middleware.ts";
import { handler as benchmarkEvents } from "../../routes/api/benchmark/[id]/events.ts";
import { handler as oneBenchmark } from "../../routes/api/benchmark/[id]/index.ts";
import { handler as stopBenchmark } from "../../routes/api/benchmark/[id]/stop.ts";
import { handler as importBenchmark } from "../../routes/api/benchmark/import.ts";
import { handler as allBenchmarks } from "../../routes/api/benchmark/index.ts";
import { handler as compare } from "../../routes/api/compare.ts";
import { handler as generate } from "../../routes/api/generate.ts";
import { handler as health } from "../../routes/api/health.ts";
import { handler as record } from "../../routes/api/history/[id]/index.ts";
import { handler as vote } from "../../routes/api/history/[id]/vote.ts";
import { handler as records } from "../../routes/api/history/index.ts";
import { handler as oneModel } from "../../routes/api/models/[...name].ts";
import { handler as models } from "../../routes/api/models/index.ts";
import { handler as loadModel } from "../../routes/api/models/load.ts";
import { handler as overview } from "../../routes/api/models/overview.ts";
import { handler as cancelPull } from "../../routes/api/models/pull/[id]/cancel.ts";
import { handler as pullEvents } from "../../routes/api/models/pull/[id]/events.ts";
import { handler as pulls } from "../../routes/api/models/pull/index.ts";
import { handler as unloadModel } from "../../routes/api/models/unload.ts";
import { handler as runEvents } from "../../routes/api/train/[run]/events.ts";
import { handler as oneRun } from "../../routes/api/train/[run]/index.ts";
import { handler as resumeRun } from "../../routes/api/train/[run]/resume.ts";
import { handler as stopRun } from "../../routes/api/train/[run]/stop.ts";
import { handler as allRuns } from "../../routes/api/train/index.ts";
import BenchmarkPage, {
  handler as benchmarkPage,
} from "../../routes/benchmark.tsx";
import ComparePage, { handler as comparePage } from "../../routes/compare.tsx";
import HistoryPage, { handler as historyPage } from "../../routes/history.tsx";
import Index, { handler as index } from "../../routes/index.tsx";
import ModelsPage, { handler as modelsPage } from "../../routes/models.tsx";
import RunPage, { handler as runPage } from "../../routes/train/[run].tsx";
import TrainPage, { handler as trainPage } from "../../routes/train/index.tsx";

/** Answers requests to the site's own address. */
export type Site = (path: string, init?: RequestInit) => Promise<Response>;

/** The routes over an engine, as `main.ts` and `fsRoutes()` put them together. */
export function siteOver(
  engine: State["engine"],
  system: State["system"] = () => ({ version: "0.0.0", abiVersion: 1 }),
  runs?: State["runs"],
  history: State["history"] = new History(),
  others: Partial<Pick<State, "models" | "pulls" | "benchmarks">> = {},
): Site {
  const benchmarks = new BenchmarkManager({
    folder: () => "/nowhere",
    keeper: () => history.keeper(),
  });
  const app = new App<State>()
    .use((ctx) => {
      ctx.state.engine = engine;
      ctx.state.system = system;
      ctx.state.history = history;
      ctx.state.compare = (request, options) =>
        // An engine of the tests only writes.
        compareModels(engine as Engine, request, options);
      ctx.state.benchmarks = benchmarks;
      ctx.state.sampleText = "/texts/sample";
      if (runs !== undefined) ctx.state.runs = runs;
      Object.assign(ctx.state, others);
      return ctx.next();
    })
    .use(headers)
    .onError("*", { component: ErrorPage, handler: answerError })
    .appWrapper(shell)
    .use("/api", apiErrors)
    // The page knows its data, the App does not.
    .route("/", { component: Index as unknown as () => VNode, handler: index })
    .route("/benchmark", {
      component: BenchmarkPage as unknown as () => VNode,
      handler: benchmarkPage,
    })
    .route("/compare", {
      component: ComparePage as unknown as () => VNode,
      handler: comparePage,
    })
    .route("/history", {
      component: HistoryPage as unknown as () => VNode,
      handler: historyPage,
    })
    .route("/models", {
      component: ModelsPage as unknown as () => VNode,
      handler: modelsPage,
    })
    .route("/train", {
      component: TrainPage as unknown as () => VNode,
      handler: trainPage,
    })
    .route("/train/:run", {
      component: RunPage as unknown as () => VNode,
      handler: runPage,
    })
    .all("/broken", () => {
      throw new Error("secret of the machine");
    })
    .all("/api/broken", () => {
      throw new Error("secret of the machine");
    })
    .route("/api/generate", { handler: generate })
    .route("/api/compare", { handler: compare })
    .route("/api/benchmark", { handler: allBenchmarks })
    .route("/api/benchmark/import", { handler: importBenchmark })
    .route("/api/benchmark/:id", { handler: oneBenchmark })
    .route("/api/benchmark/:id/events", { handler: benchmarkEvents })
    .route("/api/benchmark/:id/stop", { handler: stopBenchmark })
    .route("/api/history", { handler: records })
    .route("/api/history/:id", { handler: record })
    .route("/api/history/:id/vote", { handler: vote })
    .route("/api/models", { handler: models })
    .route("/api/models/overview", { handler: overview })
    .route("/api/models/load", { handler: loadModel })
    .route("/api/models/unload", { handler: unloadModel })
    .route("/api/models/pull", { handler: pulls })
    .route("/api/models/pull/:id/events", { handler: pullEvents })
    .route("/api/models/pull/:id/cancel", { handler: cancelPull })
    .route("/api/models/:name*", { handler: oneModel })
    .route("/api/health", { handler: health })
    .route("/api/train", { handler: allRuns })
    .route("/api/train/:run", { handler: oneRun })
    .route("/api/train/:run/events", { handler: runEvents })
    .route("/api/train/:run/stop", { handler: stopRun })
    .route("/api/train/:run/resume", { handler: resumeRun })
    .route("/api/:path*", { handler: notFound });
  const answer = app.handler();
  return (path, init) =>
    answer(new Request(new URL(path, "http://127.0.0.1:8000"), init));
}

/** A `POST` of JSON. */
export function json(value: unknown, headers: Record<string, string> = {}) {
  return {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof value === "string" ? value : JSON.stringify(value),
  };
}

/** A `POST` of a form's fields. */
export function form(fields: Record<string, string>) {
  return { method: "POST", body: new URLSearchParams(fields) };
}
