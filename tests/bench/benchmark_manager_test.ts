import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { join } from "node:path";
import { addToReport, parseTestName, testName } from "../../lib/api/bench.ts";
import type { BenchmarkRecord } from "../../lib/api/benchmark.ts";
import { parseBenchmarkRequest } from "../../lib/api/benchmark_request.ts";
import { MambaError } from "../../lib/api/mamba_error.ts";
import { BenchmarkManager } from "../../lib/bench/benchmark_manager.ts";
import { runBench } from "../../lib/bench/run_bench.ts";
import { History } from "../../lib/history/history.ts";
import { emptyReport, FakeBench, fakeRow } from "./fake_bench.ts";

const REQUEST = parseBenchmarkRequest({
  shapes: ["mamba-tiny", "mamba2-tiny"],
  tests: ["pp16", "tg8"],
  depths: [0, 20],
  threads: [1],
  repetitions: 1,
});

async function withManager(
  work: (bench: {
    manager: BenchmarkManager;
    fake: FakeBench;
    history: History;
    folder: string;
  }) => Promise<void>,
  real = false,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    using history = new History({ path: join(folder, "history.sqlite") });
    const fake = new FakeBench();
    const manager = new BenchmarkManager({
      folder: () => join(folder, "files"),
      keeper: () => history.keeper(),
      bench: real ? runBench : fake.bench,
      bandwidthBytes: 8 * 2 ** 20,
    });
    await work({ manager, fake, history, folder });
    await manager.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a benchmark goes on by itself, is watched and kept", async () => {
  await withManager(async ({ manager, fake, history }) => {
    const { id } = await manager.start(REQUEST);
    assertEquals(manager.active?.id, id);
    const seen: string[] = [];
    const { signal } = new AbortController();
    for await (const { run } of manager.watch(id, signal)) {
      const rows = run.report?.rows.length ?? 0;
      seen.push(`${run.state} ${rows}`);
      fake.allow(1);
    }
    assertEquals(seen.at(-1), "done 8");
    assertEquals(manager.active, undefined);
    const { body, state, title, models } = history.get<BenchmarkRecord>(
      Number(id),
      "benchmark",
    );
    assertEquals(state, "done");
    assertEquals(models, ["mamba-tiny", "mamba2-tiny"]);
    assertStringIncludes(title, "mamba-tiny, mamba2-tiny");
    assertEquals(body.request, REQUEST);
    assertEquals(body.report?.rows.length, 8);
    assertEquals(body.report?.machine.cores, 2);
    assertEquals(body.notes, ["Loading is not measured."]);
  });
});

Deno.test("a second benchmark is refused while one is at work", async () => {
  await withManager(async ({ manager }) => {
    const both = await Promise.allSettled([
      manager.start(REQUEST),
      manager.start(REQUEST),
    ]);
    assertEquals(both.map(({ status }) => status).sort(), [
      "fulfilled",
      "rejected",
    ]);
    const error = await assertRejects(() => manager.start(REQUEST), MambaError);
    assertEquals(error.code, "busy");
  });
});

Deno.test("a benchmark that is stopped keeps what it has measured", async () => {
  await withManager(async ({ manager, fake, history }) => {
    const run = await manager.start(REQUEST);
    fake.allow(1);
    const { signal } = new AbortController();
    for await (const update of manager.watch(run.id, signal)) {
      if ((update.run.report?.rows.length ?? 0) < 4) continue;
      if (update.run.progress.text !== "measuring mamba2-tiny") continue;
      const { state, stopping } = manager.stop(run.id);
      if (state === "running") assert(stopping);
    }
    assertEquals([run.state, run.stopping], ["stopped", false]);
    const { body } = history.get<BenchmarkRecord>(Number(run.id));
    assertEquals(body.report?.rows.length, 4);
    // To stop what has ended changes nothing.
    assertEquals(manager.stop(run.id).state, "stopped");
  });
});

Deno.test("a benchmark that fails says why", async () => {
  await withManager(async ({ manager, fake, history }) => {
    fake.failure = new MambaError("out_of_memory", "Cannot load it");
    const { id } = await manager.start(REQUEST);
    const { signal } = new AbortController();
    await Array.fromAsync(manager.watch(id, signal));
    const { state, body } = history.get<BenchmarkRecord>(Number(id));
    assertEquals([state, body.error?.code], ["failed", "out_of_memory"]);
  });
});

Deno.test("start() refuses what is not here", async () => {
  await withManager(async ({ manager }) => {
    const cases: [object, string][] = [
      [{ shapes: [], models: ["/etc"] }, "model"],
      [{ shapes: ["mamba-9t"] }, "shapes"],
    ];
    for (const [more, field] of cases) {
      const error = await assertRejects(
        () => manager.start({ ...REQUEST, ...more }),
        MambaError,
      );
      assertEquals(error.field, field);
    }
    assertEquals(manager.active, undefined);
    assertThrows(() => manager.stop("7"), MambaError, "Cannot find");
  });
});

Deno.test("a benchmark on this machine leaves no files and measures", async () => {
  await withManager(async ({ manager, folder }) => {
    await Deno.mkdir(join(folder, "files"));
    await Deno.writeTextFile(join(folder, "files", "left"), "by a crash");
    const run = await manager.start({
      ...REQUEST,
      shapes: ["mamba-tiny"],
      depths: [0, 100_000],
      tests: ["tg8"],
    });
    const { signal } = new AbortController();
    await Array.fromAsync(manager.watch(run.id, signal));
    assertEquals(run.error, undefined);
    assertEquals(run.state, "done");
    assertEquals(run.progress.done, run.progress.steps);
    const names = run.report!.rows.map(({ test }) => test);
    assertEquals(names.slice(0, 2), ["tg8", "tg8 @ d100000"]);
    for (const { samples } of run.report!.rows) assertGreater(samples.mean, 0);
    assertEquals(
      await Array.fromAsync(Deno.readDir(join(folder, "files"))),
      [],
    );
  }, true);
});

Deno.test("import() takes what llama-bench wrote, and nothing else", async () => {
  await withManager(({ manager, history }) => {
    const entry = {
      ...{ n_prompt: 512, n_gen: 0, n_depth: 0, n_threads: 2 },
      ...{ model_type: "mamba 0.1B Q8_0", avg_ts: 300, stddev_ts: 3 },
    };
    const run = manager.import(JSON.stringify([entry]));
    const { body, state } = history.get<BenchmarkRecord>(Number(run.id));
    assertEquals(state, "done");
    assertEquals(body.imported?.map(({ test, dtype }) => [test, dtype]), [
      ["pp512", "q8"],
    ]);
    assertStringIncludes(manager.toText(run, "csv"), "llama.cpp,mamba 0.1B,q8");
    assertStringIncludes(manager.toText(run, "md"), "| pp512 | 300 ± 3 |");
    for (const text of ["", "[]", "{}", "hello"]) {
      assertThrows(() => manager.import(text), MambaError, "llama-bench");
    }
    return Promise.resolve();
  });
});

Deno.test("parseTestName() reads what testName() wrote", () => {
  for (const sequences of [1, 8]) {
    for (const depth of [0, 4096]) {
      const test = { kind: "tg" as const, tokens: 128, sequences, depth };
      assertEquals(parseTestName(testName(test)), test);
    }
  }
  assertEquals(parseTestName("load + tg1"), undefined);
  assertEquals(parseTestName("tg128 http"), undefined);
});

Deno.test("addToReport() puts each finding in its list", () => {
  const report = emptyReport();
  addToReport(report, { type: "row", row: fakeRow("pp16") });
  addToReport(report, { type: "progress", text: "on" });
  assertEquals(report.rows.length, 1);
});

Deno.test("parseBenchmarkRequest() names the field that is wrong", () => {
  const shapes = ["mamba-130m"];
  const cases: [unknown, string | undefined][] = [
    [[], undefined],
    [{}, "models"],
    [{ shapes, colour: "red" }, "colour"],
    [{ shapes: "mamba-130m" }, "shapes"],
    [{ shapes: [1] }, "shapes"],
    [{ shapes: ["a", "a"] }, "shapes"],
    [{ shapes, tests: ["pp512", "xx"] }, "tests"],
    [{ shapes, tests: [] }, "tests"],
    [{ shapes, tests: ["pp999999999"] }, "tests"],
    [{ shapes, dtypes: ["f8"] }, "dtypes"],
    [{ shapes, depths: [1e9] }, "depths"],
    [{ shapes, batches: [0] }, "batches"],
    [{ shapes, threads: ["two"] }, "threads"],
    [{ shapes, repetitions: 0 }, "repetitions"],
    [{ shapes, device: "abacus" }, "device"],
  ];
  for (const [json, field] of cases) {
    const error = assertThrows(() => parseBenchmarkRequest(json), MambaError);
    assertEquals(error.field, field, JSON.stringify(json));
  }
  assertEquals(parseBenchmarkRequest({ shapes }).repetitions, 3);
});
