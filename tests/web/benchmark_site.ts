import { assertEquals } from "@std/assert";
import { join } from "node:path";
import type { BenchmarkUpdate } from "../../lib/api/benchmark.ts";
import { BenchmarkManager } from "../../lib/bench/benchmark_manager.ts";
import { History } from "../../lib/history/history.ts";
import type { State } from "../../lib/web/define.ts";
import { readEventStream } from "../../lib/web/read_event_stream.ts";
import { FakeBench } from "../bench/fake_bench.ts";
import { FakeEngine, modelInfo } from "./fake_engine.ts";
import { json, type Site, siteOver } from "./test_app.ts";

/** What the tests measure. */
export const REQUEST = {
  shapes: ["mamba-tiny"],
  tests: ["pp128", "pp512", "tg128"],
  depths: [0, 4096],
};
/** What llama-bench may have written. */
export const LLAMA = JSON.stringify([{
  ...{ n_prompt: 0, n_gen: 128, n_threads: 1, model_type: "mamba 0.1B F32" },
  ...{ avg_ts: 80, stddev_ts: 2, backends: "CPU" },
}]);

const NO_RUNS = { list: () => Promise.resolve([]) } as unknown as State["runs"];

/** A site whose benchmarks measure nothing. */
export async function withSite(
  work: (site: Site, fake: FakeBench) => Promise<void>,
  on: boolean | "damaged" = true,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = on ? join(folder, "history.sqlite") : undefined;
    if (on === "damaged") {
      await Deno.writeTextFile(path!, "no database ".repeat(99));
    }
    using history = new History({ path });
    const fake = new FakeBench();
    const benchmarks = new BenchmarkManager({
      folder: () => join(folder, "files"),
      keeper: () => history.keeper(),
      bench: fake.bench,
    });
    const engine = new FakeEngine([modelInfo({ id: "tiny" })]);
    const site = siteOver(engine, undefined, NO_RUNS, history, { benchmarks });
    try {
      await work(site, fake);
    } finally {
      await benchmarks.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Starts one over HTTP; returns its id. */
export async function start(site: Site, more: object = {}): Promise<string> {
  const answer = await site("/api/benchmark", json({ ...REQUEST, ...more }));
  assertEquals(answer.status, 201);
  const { id } = await answer.json();
  assertEquals(answer.headers.get("location"), `/api/benchmark/${id}`);
  return id;
}

/** The last that the stream of a run tells. */
export async function ended(site: Site, id: string) {
  const response = await site(`/api/benchmark/${id}/events`);
  const frames = await Array.fromAsync(readEventStream(response.body!));
  return (JSON.parse(frames.at(-1)!.data) as BenchmarkUpdate).run;
}
