import { assertEquals } from "@std/assert";
import {
  addEvent,
  emptyHistory,
  type TrainingHistory,
} from "../../lib/api/training_history.ts";
import type {
  TrainingRun,
  TrainingSnapshot,
  TrainingUpdate,
} from "../../lib/api/training_run.ts";
import { eventStreamResponse } from "../../lib/web/event_stream.ts";
import { RunWatch } from "../../lib/web/training/run_watch.ts";
import { startEvent, stepEvent } from "../training/fake_training.ts";

function historyOf(steps: number): TrainingHistory {
  const history = emptyHistory();
  addEvent(history, startEvent(0, 9));
  for (let step = 1; step <= steps; step++) {
    addEvent(history, stepEvent(step, 9));
  }
  return history;
}

function run(status: TrainingRun["status"], step: number): TrainingRun {
  return {
    id: "a",
    name: "A",
    createdAt: "2026-01-01T00:00:00.000Z",
    status,
    stopping: false,
    step,
    steps: 9,
  };
}

function snapshot(
  status: TrainingRun["status"],
  step: number,
): TrainingSnapshot {
  return {
    run: run(status, step),
    options: {},
    folder: "/runs/a",
    history: historyOf(step),
  };
}

function step(step: number): TrainingUpdate {
  return { type: "event", event: stepEvent(step, 9) };
}

/** A server whose answers to events are these, one after another. */
class Server {
  readonly requests: string[] = [];
  readonly #streams: (() => AsyncIterable<TrainingUpdate>)[];

  constructor(...streams: (() => AsyncIterable<TrainingUpdate>)[]) {
    this.#streams = streams;
  }

  fetch: typeof fetch = (address, { method = "GET", signal } = {}) => {
    this.requests.push(`${method} ${address}`);
    if (!String(address).endsWith("/events")) {
      return Promise.resolve(Response.json(run("running", 0)));
    }
    const stream = this.#streams.shift();
    if (stream === undefined) throw new TypeError("connection refused");
    return eventStreamResponse(stream, { signal: signal! });
  };
}

function watchOver(server: Server): RunWatch {
  return new RunWatch(snapshot("running", 0), {
    fetch: server.fetch,
    after: (callback) => callback(),
  });
}

function stepsOf(watch: RunWatch): number[] {
  return watch.history.value.points.map(({ step }) => step);
}

Deno.test("RunWatch.connect() shows what comes until the run rests", async () => {
  const watch = watchOver(
    new Server(async function* () {
      yield { type: "snapshot", snapshot: snapshot("running", 2) };
      yield step(3);
      yield step(4);
      yield { type: "run", run: run("stopped", 4) };
    }),
  );
  await watch.connect();
  assertEquals(stepsOf(watch), [1, 2, 3, 4]);
  assertEquals(watch.run.value.status, "stopped");
  assertEquals(watch.lost.value, false);
});

Deno.test("RunWatch.connect() misses nothing when the connection breaks", async () => {
  const server = new Server(
    async function* () {
      yield { type: "snapshot", snapshot: snapshot("running", 1) };
      yield step(2);
      throw new Error("broken");
    },
    // The server is away: nothing comes.
    async function* () {},
    async function* () {
      yield { type: "snapshot", snapshot: snapshot("running", 7) };
      yield step(8);
      yield { type: "run", run: run("done", 8) };
    },
  );
  const watch = watchOver(server);
  await watch.connect();
  assertEquals(stepsOf(watch), [1, 2, 3, 4, 5, 6, 7, 8]);
  assertEquals(watch.run.value.status, "done");
  assertEquals(watch.lost.value, false);
  assertEquals(server.requests.length, 3);
});

Deno.test("RunWatch.connect() says that the server is away until it is back", async () => {
  const server = new Server();
  let tries = 0;
  const watch = new RunWatch(snapshot("running", 0), {
    fetch: server.fetch,
    after: (callback) => {
      assertEquals(watch.lost.value, true);
      if (++tries < 5) callback();
      else watch.close(), callback();
    },
  });
  await watch.connect();
  assertEquals(server.requests.length, 5);
});

Deno.test("RunWatch.close() ends the connection at the server", async () => {
  let left = false;
  const server = new Server(async function* () {
    try {
      yield { type: "snapshot", snapshot: snapshot("running", 1) };
      for (let n = 2;; n++) yield step(n);
    } finally {
      left = true;
    }
  });
  const watch = watchOver(server);
  watch.history.subscribe(({ points }) => {
    if (points.length >= 5) watch.close();
  });
  await watch.connect();
  assertEquals(left, true);
  assertEquals(server.requests.length, 1);
});

Deno.test("RunWatch.command() asks the server and follows the run again", async () => {
  const server = new Server(async function* () {
    yield { type: "snapshot", snapshot: snapshot("stopped", 5) };
  });
  const watch = watchOver(server);
  await watch.command("stop");
  await new Promise<void>((resolve) => {
    watch.run.subscribe(({ status }) => {
      if (status === "stopped") resolve();
    });
  });
  assertEquals(server.requests, [
    "POST /api/train/a/stop",
    "GET /api/train/a/events",
  ]);
  assertEquals(watch.problem.value, undefined);
});

Deno.test("RunWatch shows why the server refuses", async () => {
  const watch = new RunWatch(snapshot("stopped", 5), {
    fetch: () =>
      Promise.resolve(Response.json({
        error: { code: "not_found", message: "Cannot find the run" },
      }, { status: 404 })),
  });
  assertEquals(await watch.remove(), false);
  assertEquals(watch.problem.value?.message, "Cannot find the run");
  await watch.connect();
  assertEquals(watch.problem.value?.message, "Cannot find the run");
});
