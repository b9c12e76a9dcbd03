import type { DtypeName } from "../api/device_info.ts";
import {
  benchDirectory,
  type BenchOptions,
  benchShape,
  type ModelReport,
} from "../bench/bench_model.ts";
import { describeMachine } from "../bench/machine.ts";
import { type BenchReport, toMarkdown } from "../bench/report.ts";
import { SHAPES } from "../bench/shapes.ts";
import { threadCount } from "../engine/model_options.ts";
import { type DeviceChoice, getDevice } from "../native/device.ts";
import { benchKernelsOf } from "./bench_kernels.ts";
import { DEVICE_FLAGS } from "./device_flags.ts";
import { findModel } from "../engine/find_model.ts";
import { toJson } from "./format.ts";
import { INTERRUPTED } from "./terminal.ts";
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
      description: "time the GPU's kernels for a decoded token; on the " +
        "checked simulator, count what they do",
    },
    batch: {
      type: "integer",
      min: 1,
      max: 512,
      description: "sequences decoded together, for --kernels",
      default: "1",
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
    "bench --kernels --batch 8 --shape mamba2-370m",
  ],
  async run({ flags, terminal }) {
    if (flags.model !== undefined && flags.dtype !== undefined) {
      throw new UsageError(
        "Cannot measure a real model in another --dtype",
        "Leave --dtype out, or measure a --shape.",
      );
    }
    if (flags.kernels) {
      return await benchKernelsOf(flags.shape ?? DEFAULT_SHAPES, {
        ...flags,
        terminal,
      });
    }
    if (flags.batch !== undefined) {
      throw new UsageError(
        "Cannot measure a --batch of whole models",
        "Add --kernels, or leave --batch out.",
      );
    }
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
