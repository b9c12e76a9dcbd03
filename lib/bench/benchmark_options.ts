import { benchTests } from "../api/bench.ts";
import type { BenchmarkDevice, BenchmarkRequest } from "../api/benchmark.ts";
import { invalidArgument, showValue } from "../api/invalid_argument.ts";
import { MambaError } from "../api/mamba_error.ts";
import { ModelCatalog } from "../engine/model_catalog.ts";
import { threadCount } from "../engine/model_options.ts";
import { getDevice, listDevices } from "../native/device.ts";
import type { BenchSource } from "./model_files.ts";
import type { BenchOptions } from "./run_bench.ts";
import { SHAPES } from "./shapes.ts";

/**
 * What a request means here. Models are those of the catalogue: a stranger
 * names no paths.
 *
 * @throws {MambaError} `not_found` for a model, `invalid_argument` for a shape,
 * `unsupported` for a device that does not work
 */
export async function benchmarkOptions(
  request: BenchmarkRequest,
): Promise<Omit<BenchOptions, "signal" | "bandwidthBytes">> {
  const { tests: names, depths, batches, repetitions, dtypes } = request;
  const device = getDevice(request.device);
  const tests = benchTests({ names, depths, batches });
  if (tests === undefined) throw invalidArgument("tests", "not all are one");
  return {
    sources: await sourcesOf(request),
    device: device.name,
    dtypes: dtypes.map((dtype) => dtype === "stored" ? undefined : dtype),
    threads: request.threads.length > 0
      ? request.threads
      : [threadCount(undefined) || device.threads],
    tests,
    // A server has leave to listen at its own address alone.
    http: false,
    peers: false,
    repetitions,
  };
}

/** The devices that work here; none without the native library. */
export function workingDevices(): BenchmarkDevice[] {
  try {
    return listDevices().filter(({ available }) => available)
      .map(({ name, description }) => ({ name, description }));
  } catch (error) {
    if (error instanceof MambaError) return [];
    throw error;
  }
}

async function sourcesOf(
  { models, shapes }: BenchmarkRequest,
): Promise<BenchSource[]> {
  const catalog = new ModelCatalog();
  const sources: BenchSource[] = [];
  for (const model of models) {
    const { id, directory } = await catalog.find(model);
    sources.push({ name: id, directory });
  }
  for (const shape of shapes) {
    if (!Object.hasOwn(SHAPES, shape)) {
      const hint = `There are: ${Object.keys(SHAPES).join(", ")}.`;
      throw invalidArgument("shapes", `${showValue(shape)} is not one`, hint);
    }
    sources.push({ shape });
  }
  return sources;
}
