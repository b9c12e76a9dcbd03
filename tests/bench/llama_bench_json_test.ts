import { assertEquals, assertThrows } from "@std/assert";
import { MambaError } from "../../lib/api/mamba_error.ts";
import { parseLlamaBench } from "../../lib/bench/llama_bench_json.ts";

/** An entry as llama-bench writes one, shortened. */
function entry(fields: Record<string, unknown>): Record<string, unknown> {
  return {
    build_commit: "1c0d9081f",
    cpu_info: "AMD EPYC",
    backends: "CPU",
    model_filename: "mamba-130m.gguf",
    model_type: "mamba 0.1B Q8_0",
    model_size: 144191104,
    n_threads: 2,
    n_prompt: 512,
    n_gen: 0,
    n_depth: 0,
    avg_ts: 100.0,
    stddev_ts: 2.0,
    samples_ts: [98.0, 102.0, 100.0],
    ...fields,
  };
}

Deno.test("parseLlamaBench() makes rows of llama-bench's tests", () => {
  const rows = parseLlamaBench(JSON.stringify([
    entry({}),
    entry({ n_prompt: 0, n_gen: 128, n_depth: 4096 }),
    entry({ n_prompt: 64, n_gen: 16, model_type: "mamba2 0.1B all F32" }),
  ]));
  assertEquals(rows.map(({ test }) => test), [
    "pp512",
    "tg128 @ d4096",
    "pp64+tg16",
  ]);
  assertEquals(rows.map(({ model, dtype }) => [model, dtype]), [
    ["mamba 0.1B", "q8"],
    ["mamba 0.1B", "q8"],
    ["mamba2 0.1B", "f32"],
  ]);
  const { engine, threads, backend, unit, samples } = rows[0]!;
  assertEquals([engine, threads, unit], ["llama.cpp", 2, "tok/s"]);
  assertEquals(backend, "CPU: AMD EPYC");
  assertEquals([samples.mean, samples.deviation, samples.median], [
    100,
    2,
    100,
  ]);
});

Deno.test("parseLlamaBench() reads lines of JSON, and tests without samples", () => {
  const { samples_ts: _, n_depth: __, ...old } = entry({});
  const text = `${JSON.stringify(old)}\n${JSON.stringify(old)}\n`;
  const rows = parseLlamaBench(text);
  assertEquals(rows.length, 2);
  assertEquals(rows[0]!.samples, {
    mean: 100,
    median: 100,
    deviation: 2,
    samples: [100],
  });
});

Deno.test("parseLlamaBench() says what is wrong", () => {
  for (
    const [text, reason] of [
      ["| model | size |", "it is no JSON"],
      ["[1]", "entry 1 is no object"],
      [JSON.stringify([entry({ n_threads: "2" })]), "n_threads of entry 1"],
      [JSON.stringify([entry({}), {}]), "n_prompt of entry 2"],
    ] as const
  ) assertThrows(() => parseLlamaBench(text), MambaError, reason);
});
