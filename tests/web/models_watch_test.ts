import { assertEquals } from "@std/assert";
import type { ModelOverview } from "../../lib/api/model_overview.ts";
import type { PullState, PullStatus } from "../../lib/api/pull_status.ts";
import {
  describePulls,
  inOrder,
  pullFigures,
  pullNote,
} from "../../lib/web/models/model_text.ts";
import { ModelsWatch } from "../../lib/web/models/models_watch.ts";

function status(id: string, state: PullState, doneBytes = 0): PullStatus {
  const startedAt = "2026-01-01T00:00:00.000Z";
  return { id, model: id, state, startedAt, totalBytes: 1000, doneBytes };
}

function overview(...pulls: PullStatus[]): ModelOverview {
  return { models: [], loaded: [], limitBytes: 1e9, pulls };
}

function stream(...told: PullStatus[]): Response {
  const frames = told.map((status) =>
    `event: status\ndata: ${JSON.stringify({ type: "status", status })}\n\n`
  );
  return new Response(frames.join(""));
}

/** Answers requests in turn; what is no response is thrown. */
function server(...answers: (Response | Error)[]) {
  const asked: string[] = [];
  const fetch = (input: RequestInfo | URL, init: RequestInit = {}) => {
    asked.push(`${init.method ?? "GET"} ${input}`);
    const answer = answers.shift() ?? new Error("no more answers");
    return answer instanceof Error
      ? Promise.reject(answer)
      : Promise.resolve(answer);
  };
  const after = (callback: () => void) => queueMicrotask(callback);
  return { asked, options: { fetch, after } };
}

Deno.test("ModelsWatch follows the downloads one after the other", async () => {
  const [a, b] = [status("a", "done", 1000), status("b", "done", 1000)];
  const { asked, options } = server(
    stream(status("a", "running", 500), a),
    Response.json(overview(a, status("b", "running"))),
    stream(b),
    Response.json(overview(a, b)),
  );
  const start = overview(status("a", "running"), status("b", "queued"));
  const watch = new ModelsWatch(start, options);
  await watch.connect();
  assertEquals(asked, [
    "GET /api/models/pull/a/events",
    "GET /api/models/overview",
    "GET /api/models/pull/b/events",
    "GET /api/models/overview",
  ]);
  assertEquals(watch.overview.value.pulls, [a, b]);
});

Deno.test("ModelsWatch connects again, and drops what a new server knows nothing of", async () => {
  const { asked, options } = server(
    new Error("refused"),
    stream(status("a", "running", 500)),
    new Error("refused"),
    new Response(null, { status: 404 }),
    Response.json(overview()),
  );
  const watch = new ModelsWatch(overview(status("a", "running")), options);
  await watch.connect();
  assertEquals(asked.length, 5);
  assertEquals(watch.lost.value, false);
  assertEquals(watch.overview.value.pulls, []);
});

Deno.test("ModelsWatch tells what was refused, where it belongs", async () => {
  const error = { code: "busy", message: "Cannot unload the model" };
  const { options } = server(
    Response.json({ error }, { status: 503 }),
    Response.json(overview()),
    new Error("refused"),
    Response.json(overview()),
  );
  const watch = new ModelsWatch(overview(), options);
  const unloading = watch.unload("m", "f16");
  assertEquals([...watch.busy.value], ["memory"]);
  assertEquals(await watch.unload("m", "f16"), false);
  assertEquals(await unloading, false);
  assertEquals(watch.problem.value, {
    place: "memory",
    problem: error as never,
  });
  assertEquals(await watch.load("m", ""), false);
  assertEquals(watch.problem.value?.problem.code, "network");
  assertEquals(watch.busy.value.size, 0);
});

Deno.test("a download is told in size, rate and time", () => {
  const plain = (text: string) => text.replaceAll("\u00a0", " ");
  const running: PullStatus = {
    ...status("a/b", "running", 500),
    freeBytes: 5e9,
    bytesPerSecond: 100.4,
    remainingSeconds: 5,
    file: "model.safetensors",
  };
  assertEquals(
    plain(pullFigures(running)),
    "500 B of 1 kB · 100 B/s · 5 s left",
  );
  const { bytesPerSecond: _rate, remainingSeconds: _time, ...planned } =
    running;
  assertEquals(plain(pullFigures(planned)), "500 B of 1 kB · 5 GB free");
  assertEquals(
    pullFigures({ ...status("a", "queued"), totalBytes: 0 }),
    "Size not known yet",
  );
  assertEquals(pullNote(running), "model.safetensors");
  assertEquals(pullNote({ ...running, note: "Checking it" }), "Checking it");
  const pulls = [
    status("a", "done"),
    status("b", "running"),
    status("c", "queued"),
  ];
  assertEquals(describePulls(pulls), "Fetching b, 1 more to come");
  assertEquals(describePulls(pulls.slice(0, 1)), "a is here");
  assertEquals(inOrder(pulls).map(({ id }) => id), ["b", "c", "a"]);
});
