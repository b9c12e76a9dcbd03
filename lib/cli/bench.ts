import type { BenchReport } from "../api/bench.ts";
import type { DtypeName } from "../api/device_info.ts";
import { toCsv } from "../bench/csv_report.ts";
import type { BenchSource } from "../bench/model_files.ts";
import { toMarkdown } from "../bench/report.ts";
import { type BenchOptions, runBench } from "../bench/run_bench.ts";
import { findModel } from "../engine/find_model.ts";
import { threadCount } from "../engine/model_options.ts";
import { type DeviceChoice, getDevice } from "../native/device.ts";
import { benchKernelsOf } from "./bench_kernels.ts";
import { benchTogetherOf } from "./bench_together.ts";
import { BENCH_FLAGS, DEFAULT_SHAPES, testsOf } from "./bench_flags.ts";
import type { FlagValues } from "./flags.ts";
import { toJson } from "./format.ts";
import { INTERRUPTED, type Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";
import { defineVerb } from "./verb.ts";

type BenchFlags = FlagValues<typeof BENCH_FLAGS>;

/** `bench`: speed and memory beside the machine's limits, and beside a peer. */
export const bench = defineVerb({
  name: "bench",
  summary: "Measure speed, loading and memory, beside llama.cpp if asked",
  positionals: {},
  flags: BENCH_FLAGS,
  details: [
    "Tests are named as llama-bench names them: pp512 reads a prompt of 512 " +
    "tokens at once, tg128 writes 128 one after the other, @ batch 8 in 8 " +
    "texts together, @ d4096 after 4096 others. They are the native " +
    "library's alone; tg128 http shows what tokenizer, sampling, queue, " +
    "events and server add.",
    "Each repetition runs every test once, with --peers first here and then " +
    "in llama.cpp, with as many threads and on the same weights at the same " +
    "precision; that both compute the same is checked first. Tests begin when " +
    "our weights are in large pages, where they go in the background after " +
    "loading. Models load in processes of their own, their files in the " +
    "system's cache: load + tg1 is what a first token waits for.",
  ],
  examples: [
    "bench",
    "bench --shape mamba-370m --dtype f16 --tests pp512,tg128",
    "bench --peers --dtype f32 --dtype f16 --threads 1 --threads 2",
    "bench --tests tg128 --batch 1 --depth 0,4096,16384",
    "bench --together --model fairy-mamba1 --model fairy-mamba2",
    "bench --kernels --dtype f16",
    "bench --kernels --batch 8 --shape mamba2-370m",
  ],
  async run({ flags, terminal }) {
    const format = formatOf(flags);
    if (flags.kernels) return await kernels(flags, terminal);
    if (flags.together) return await together(flags, terminal);
    using interrupt = terminal.catchInterrupt();
    const options = await optionsOf(flags, interrupt.signal);
    let report: BenchReport | undefined;
    try {
      for await (const event of runBench(options)) {
        if (event.type === "progress") terminal.progress(event.text);
        if (event.type === "note") terminal.note(event.text);
        if (event.type === "done") report = event.report;
      }
    } catch (error) {
      if (!interrupt.signal.aborted) throw error;
      terminal.note("interrupted");
      return INTERRUPTED;
    }
    await terminal.write(format(report!));
    return 0;
  },
});

/** What makes text of a report. */
function formatOf({ format, json, kernels, together }: BenchFlags) {
  if (json && format !== undefined && format !== "json") {
    throw new UsageError(`Cannot print --format ${format} and --json`);
  }
  if (kernels && format === "csv") {
    throw new UsageError("Cannot print what kernels do as CSV");
  }
  if (together && format === "csv") {
    throw new UsageError("Cannot print columns as CSV");
  }
  if (json || format === "json") return toJson;
  return format === "csv" ? toCsv : toMarkdown;
}

async function optionsOf(
  flags: BenchFlags,
  signal: AbortSignal,
): Promise<BenchOptions> {
  const device = getDevice(flags.device as DeviceChoice | undefined);
  const sources: BenchSource[] = [];
  for (const name of flags.model ?? []) {
    const { id, directory } = await findModel(name);
    sources.push({ name: id, directory });
  }
  const shapes = flags.shape ?? (flags.model ? [] : DEFAULT_SHAPES);
  sources.push(...shapes.map((shape) => ({ shape })));
  return {
    sources,
    device: device.name,
    dtypes: (flags.dtype ?? [undefined]) as (DtypeName | undefined)[],
    threads: flags.threads ?? [threadCount(undefined) || device.threads],
    tests: testsOf(flags),
    http: flags.http ?? true,
    peers: flags.peers ?? false,
    repetitions: flags.repetitions ?? 5,
    bandwidthBytes: (flags["bandwidth-megabytes"] ?? 512) * 2 ** 20,
    signal,
  };
}

/** What `--together` measures: columns of as many tokens as one tg test has. */
async function together(
  flags: BenchFlags,
  terminal: Terminal,
): Promise<number> {
  const { dtype = [], threads = [], tests = "tg512" } = flags;
  const [test, ...others] = testsOf({ tests, batch: "1" });
  const many = others.length > 0 || dtype.length > 1 || threads.length > 1;
  if (test?.kind !== "tg" || many) {
    throw new UsageError(
      "Cannot measure columns in several tests",
      "Give one text, one --dtype and one --threads: --tests tg512",
    );
  }
  return await benchTogetherOf(flags.model, {
    device: flags.device as DeviceChoice | undefined,
    dtype: dtype[0] as DtypeName | undefined,
    threads: threads[0],
    tokens: test.tokens,
    repetitions: flags.repetitions ?? 5,
    json: flags.json || flags.format === "json",
  }, terminal);
}

/** What `--kernels` measures: one text, or a batch of them, in one format. */
async function kernels(
  flags: BenchFlags,
  terminal: Terminal,
): Promise<number> {
  const { dtype = [], tests = "tg128", batch = "1" } = flags;
  const [test, ...others] = testsOf({ tests, batch });
  if (test?.kind !== "tg" || others.length > 0 || dtype.length > 1) {
    throw new UsageError(
      "Cannot measure the kernels of several tests",
      "Give one text, one --batch and one --dtype: --tests tg128 --batch 8",
    );
  }
  return await benchKernelsOf(flags.shape ?? DEFAULT_SHAPES, {
    dtype: dtype[0],
    batch: test.sequences,
    tokens: test.tokens,
    json: flags.json || flags.format === "json",
    model: flags.model,
    terminal,
  });
}
