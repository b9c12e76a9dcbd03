import { assertEquals } from "@std/assert";
import type { BenchmarkRun } from "../../lib/api/benchmark.ts";
import { BenchmarkWatch } from "../../lib/web/benchmark/benchmark_watch.ts";

const RUN: BenchmarkRun = {
  id: "7",
  title: "tiny",
  createdAt: "2026-01-31T14:05:00.000Z",
  state: "running",
  stopping: false,
  progress: { text: "Beginning", done: 0, steps: 4 },
  notes: [],
};

/** A stream that tells of the run in these states, then breaks off. */
function streamOf(...states: BenchmarkRun["state"][]): Response {
  const frames = states.map((state) => {
    const update = { type: "run", run: { ...RUN, state } };
    return `event: run\ndata: ${JSON.stringify(update)}\n\n`;
  });
  return new Response(frames.join(""));
}

/** A watch whose server gives these answers, one after the other. */
function watchOver(answers: (Response | Error)[], run = RUN) {
  const asked: string[] = [];
  const waits: number[] = [];
  const watch = new BenchmarkWatch(run, {
    fetch: (input) => {
      asked.push(String(input));
      const answer = answers.shift();
      return answer instanceof Response
        ? Promise.resolve(answer)
        : Promise.reject(answer ?? new Error("Nothing is left to say"));
    },
    after: (callback, milliseconds) => {
      waits.push(milliseconds);
      callback();
    },
  });
  return { watch, asked, waits };
}

Deno.test("BenchmarkWatch follows a run until it ends", async () => {
  const { watch, asked } = watchOver([streamOf("running", "done")]);
  await watch.connect();
  assertEquals(watch.run.value.state, "done");
  assertEquals(asked, ["/api/benchmark/7/events"]);
});

Deno.test("BenchmarkWatch connects again when the stream breaks off", async () => {
  const { watch, waits } = watchOver([
    streamOf("running"),
    new TypeError("no network"),
    streamOf("running", "stopped"),
  ]);
  await watch.connect();
  assertEquals(watch.run.value.state, "stopped");
  assertEquals(watch.lost.value, false);
  assertEquals(waits, [250, 500]);
});

Deno.test("BenchmarkWatch takes a run of an earlier server for stopped", async () => {
  const { watch } = watchOver([new Response("{}", { status: 404 })]);
  await watch.connect();
  assertEquals(watch.run.value.state, "stopped");
});

Deno.test("BenchmarkWatch asks nothing of a run that has ended", async () => {
  const { watch, asked } = watchOver([], { ...RUN, state: "done" });
  await watch.connect();
  assertEquals(asked, []);
});

Deno.test("BenchmarkWatch tells why a run cannot be stopped", async () => {
  const error = { code: "not_found", message: "Cannot find it" };
  const { watch, asked } = watchOver([
    Response.json({ error }, { status: 404 }),
    new TypeError("no network"),
  ]);
  await watch.stop();
  assertEquals(watch.problem.value?.code, "not_found");
  await watch.stop();
  assertEquals(watch.problem.value?.code, "network");
  assertEquals(asked, ["/api/benchmark/7/stop", "/api/benchmark/7/stop"]);
});
