import {
  addToReport,
  type BenchEvent,
  type BenchReport,
  type BenchTest,
} from "../api/bench.ts";
import type { DtypeName } from "../api/device_info.ts";
import type { DeviceChoice } from "../native/device.ts";
import { openLlama } from "../native/llama_library.ts";
import { type BenchCase, benchCase, type Peer } from "./bench_case.ts";
import { describeMachine } from "./machine.ts";
import { canMeasureLoad } from "./measure_load.ts";
import { type BenchSource, ModelFiles } from "./model_files.ts";
import {
  findLlama,
  installLlama,
  llamaFolder,
  llamaPackage,
  NODE_LLAMA_CPP,
} from "./peers/install_llama.ts";

/** Options of {@linkcode runBench}. */
export interface BenchOptions {
  /** What is measured, one after the other. */
  sources: readonly BenchSource[];
  /** "cpu", "reference" or "metal". */
  device: Exclude<DeviceChoice, "auto">;
  /** Formats; undefined = as stored. */
  dtypes: readonly (DtypeName | undefined)[];
  threads: readonly number[];
  tests: readonly BenchTest[];
  /** Whether a decode is measured over HTTP too. */
  http: boolean;
  /** Whether llama.cpp is measured beside us. */
  peers: boolean;
  /** How often each is measured, after one to warm up. */
  repetitions: number;
  /** Bytes of the buffer whose reading measures the bandwidth. */
  bandwidthBytes: number;
  /** Where files are made, a folder each. @default the system's for such */
  folder?: string;
  /** Checked between two measurements. */
  signal: AbortSignal;
}

/** The load average of a machine that has something else to do. */
const BUSY = 0.5;

/**
 * Measures every model in every format with every number of threads, and tells
 * of it as it goes; the last event has everything.
 *
 * @throws {MambaError} `unsupported` when a peer cannot be had, `numeric` when
 * what is measured computes something else
 */
export async function* runBench(
  options: BenchOptions,
): AsyncGenerator<BenchEvent, void, void> {
  const { sources, device, folder, signal } = options;
  const report = emptyReport(options);
  const loads = await canMeasureLoad();
  yield {
    type: "begin",
    report: structuredClone(report),
    steps: countSteps(options, loads),
  };
  if (report.loadAverage > BUSY) {
    const load = report.loadAverage.toFixed(1);
    const text = `Other programs are at work (load average ${load}): ` +
      "threads that wait for one another wait for those too, and ratios say " +
      "little.";
    yield { type: "note", text };
  }
  let peer: Peer | undefined;
  if (options.peers) {
    peer = yield* openPeer();
    report.peer = `llama.cpp ${peer.version}`;
  }
  if (!loads) {
    const text =
      "Loading is not measured: that takes a checkout, and leave to start " +
      "programs, which a server has not.";
    yield { type: "note", text };
  }
  for (const source of sources) {
    await using files = await ModelFiles.open(source, { device, folder });
    for (const dtype of options.dtypes) {
      for (const threads of options.threads) {
        signal.throwIfAborted();
        const each: BenchCase = { files, dtype, threads, peer, loads };
        for await (const event of benchCase(each, options)) {
          addToReport(report, event);
          yield event;
        }
      }
      // A large model's formats need not lie on the disk together.
      await files.clear();
    }
  }
  yield { type: "done", report };
}

async function* openPeer(): AsyncGenerator<BenchEvent, Peer, void> {
  let installed = await findLlama();
  if (installed === undefined) {
    const name = `${llamaPackage()}@${NODE_LLAMA_CPP}`;
    const text = `Installing ${name} from npm into ${llamaFolder()}`;
    yield { type: "note", text };
    installed = await installLlama();
  }
  const { directory, version } = installed;
  const library = openLlama(directory);
  yield { type: "note", text: `llama.cpp ${version}: ${library.description}` };
  return { library, directory, version };
}

function emptyReport({ device, repetitions }: BenchOptions): BenchReport {
  return {
    date: new Date().toISOString(),
    machine: describeMachine(),
    loadAverage: Deno.loadavg()[0]!,
    device,
    repetitions,
    models: [],
    limits: [],
    checks: [],
    rows: [],
  };
}

/** For each case: its files, each repetition and one to warm up, both twice. */
function countSteps(
  { sources, dtypes, threads, repetitions }: BenchOptions,
  loads: boolean,
): number {
  const cases = sources.length * dtypes.length * threads.length;
  return cases * (1 + (repetitions + 1) * (loads ? 2 : 1));
}
