import type { DtypeName } from "../api/device_info.ts";
import {
  benchDirectory,
  type BenchOptions,
  benchShape,
  type ModelReport,
} from "../bench/bench_model.ts";
import { benchKernels, type KernelReport } from "../bench/bench_kernels.ts";
import { kernelsToMarkdown } from "../bench/kernels_report.ts";
import { describeMachine } from "../bench/machine.ts";
import { type BenchReport, toMarkdown } from "../bench/report.ts";
import { SHAPES } from "../bench/shapes.ts";
import { threadCount } from "../engine/model_options.ts";
import { type DeviceChoice, getDevice } from "../native/device.ts";
import { DEVICE_FLAGS } from "./device_flags.ts";
import { findModel } from "../engine/find_model.ts";
import { toJson } from "./format.ts";
import { INTERRUPTED, type Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";
import { defineVerb } from "./verb.ts";

const DEFAULT_SHAPES = ["mamba-130m", "mamba2-130m"];

/** `bench`: tokens per second beside the machine's memory bandwidth. */
export const bench = defineVerb({
  name: "bench",
  summary: "Measure prefill and decode beside the memory's bandwidth",
  positionals: {},
  flags: {
    shape: {
      type: "choice",
      choices: Object.keys(SHAPES),
      placeholder: "name",
      multiple: true,
      description: "random weights of this shape: " +
        Object.keys(SHAPES).join(", "),
      default: DEFAULT_SHAPES.join(" and "),
    },
    model: {
      type: "string",
      placeholder: "model",
      multiple: true,
      description: "a real model instead, as stored; it needs a tokenizer",
    },
    device: DEVICE_FLAGS.device,
    dtype: {
      ...DEVICE_FLAGS.dtype,
      description: "format of the random weights",
      default: "f32",
    },
    threads: DEVICE_FLAGS.threads,
    "prompt-tokens": {
      type: "integer",
      min: 1,
      max: 65536,
      description: "tokens of a prefill",
      default: "512",
    },
    tokens: {
      type: "integer",
      min: 1,
      max: 65536,
      description: "tokens of a decode",
      default: "128",
    },
    repetitions: {
      type: "integer",
      min: 1,
      max: 1000,
      description: "how often each is measured, after one to warm up",
      default: "5",
    },
    "bandwidth-megabytes": {
      type: "integer",
      min: 1,
      max: 65536,
      description: "size of the memory whose reading is measured",
      default: "512",
    },
    kernels: {
      type: "boolean",
      description: "count what the GPU's kernels do for a decoded token, on " +
        "the checked simulator",
    },
    json: { type: "boolean", description: "print JSON" },
  },
  details: [
    "Prefill and decode are the native library's alone; the same decode over " +
    "HTTP on the loopback shows what tokenizer, sampling, queue, events and " +
    "server add to it.",
  ],
  examples: [
    "bench",
    "bench --shape mamba-370m --dtype f16 --json",
    "bench --kernels --dtype f16",
  ],
  async run({ flags, terminal }) {
    if (flags.model !== undefined && flags.dtype !== undefined) {
      throw new UsageError(
        "Cannot measure a real model in another --dtype",
        "Leave --dtype out, or measure a --shape.",
      );
    }
    if (flags.kernels) return await countKernels(flags, terminal);
    const device = getDevice(flags.device as DeviceChoice | undefined);
    using interrupt = terminal.catchInterrupt();
    const options: BenchOptions = {
      device: device.name,
      threads: threadCount(flags.threads) || device.threads,
      dtype: (flags.dtype ?? "f32") as DtypeName,
      promptTokens: flags["prompt-tokens"] ?? 512,
      tokens: flags.tokens ?? 128,
      repetitions: flags.repetitions ?? 5,
      bandwidthBytes: (flags["bandwidth-megabytes"] ?? 512) * 2 ** 20,
      onProgress: (text) => terminal.progress(text),
      signal: interrupt.signal,
    };
    const models: ModelReport[] = [];
    try {
      for (const name of flags.model ?? []) {
        const { id, directory } = await findModel(name);
        models.push({ ...await benchDirectory(directory, options), model: id });
      }
      const shapes = flags.shape ?? (flags.model ? [] : DEFAULT_SHAPES);
      for (const name of shapes) models.push(await benchShape(name, options));
    } catch (error) {
      if (!interrupt.signal.aborted) throw error;
      terminal.note("interrupted");
      return INTERRUPTED;
    }
    const report: BenchReport = {
      machine: describeMachine(),
      device: device.name,
      deviceDescription: device.description,
      threads: options.threads,
      dtype: flags.model === undefined ? options.dtype : "as stored",
      promptTokens: options.promptTokens,
      tokens: options.tokens,
      repetitions: options.repetitions,
      models,
    };
    await terminal.write(flags.json ? toJson(report) : toMarkdown(report));
    return 0;
  },
});

/** `bench --kernels` */
async function countKernels(
  { shape = DEFAULT_SHAPES, dtype, json, model }: {
    shape?: string[] | undefined;
    dtype?: string | undefined;
    json?: boolean | undefined;
    model?: string[] | undefined;
  },
  terminal: Terminal,
): Promise<number> {
  if (model !== undefined) {
    throw new UsageError(
      "Cannot count the kernels of a --model",
      "Give a --shape: what kernels do depends on it alone.",
    );
  }
  using interrupt = terminal.catchInterrupt();
  const reports: KernelReport[] = [];
  try {
    for (const name of shape) {
      reports.push(
        await benchKernels(name, {
          dtype: (dtype ?? "f32") as DtypeName,
          onProgress: (text) => terminal.progress(text),
          signal: interrupt.signal,
        }),
      );
    }
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    terminal.note("interrupted");
    return INTERRUPTED;
  }
  await terminal.write(json ? toJson(reports) : kernelsToMarkdown(reports));
  return 0;
}
