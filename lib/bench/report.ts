import type { ModelReport } from "./bench_model.ts";
import type { Machine } from "./machine.ts";
import { type Samples, showSamples } from "./samples.ts";

/** Everything that one run of the bench found. */
export interface BenchReport {
  machine: Machine;
  device: string;
  deviceDescription: string;
  threads: number;
  dtype: string;
  promptTokens: number;
  tokens: number;
  repetitions: number;
  models: ModelReport[];
}

/** The report as Markdown. */
export function toMarkdown(report: BenchReport): string {
  const { machine, promptTokens, tokens } = report;
  const pp = `pp${promptTokens}`;
  const tg = `tg${tokens}`;
  const lines = [
    `${machine.processor}, ${machine.cores} cores, ${
      gigabytes(machine.memoryBytes)
    }, ${machine.os} ${machine.arch}, Deno ${machine.deno}, ` +
    `Fresh Mamba ${machine.freshMamba}`,
    "",
    `Device ${report.device} (${report.deviceDescription}), threads: ` +
    `${report.threads}, repetitions: ${report.repetitions}. Tokens per ` +
    "second, mean ± standard deviation.",
    "",
    ...table(
      ["model", "parameters", "weights", "state", "test", "tok/s"],
      report.models.flatMap((model) => {
        const head = [
          model.model,
          `${(model.parameters / 1e6).toFixed(1)} M`,
          `${report.dtype}, ${megabytes(model.weightBytes)}`,
          megabytes(model.stateBytes),
        ];
        return [
          [...head, pp, showSamples(model.prefill)],
          [...head, tg, showSamples(model.decode)],
          [...head, `${tg} over HTTP`, showSamples(model.served)],
        ];
      }),
    ),
    "",
    `Decoding (${tg}) beside the memory's measured read bandwidth. The bound ` +
    "is the bandwidth divided by what a token reads and writes: the weights " +
    "once, the state twice. What the server adds is queue, tokenizer, " +
    "sampling, events and HTTP on the loopback, its client included. " +
    "Medians; the bandwidth with its range, for memory differs from place to " +
    "place.",
    "",
    ...table(
      [
        "model",
        "bandwidth",
        "per token",
        "bound",
        "reached",
        "server adds",
        "of a token",
      ],
      report.models.map((model) => [
        model.model,
        showBandwidth(model.bandwidth),
        megabytes(model.bytesPerToken),
        `${model.decodeBound.toFixed(1)} tok/s`,
        percent(model.decodeShare),
        `${model.serverMs.toFixed(2)} ms`,
        percent(model.serverShare),
      ]),
    ),
  ];
  return lines.join("\n") + "\n";
}

/** Lines of a Markdown table. */
export function table(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function showBandwidth({ median, samples }: Samples): string {
  const [middle, least, most] = [
    median,
    Math.min(...samples),
    Math.max(...samples),
  ].map((bytes) => (bytes / 1e9).toFixed(1));
  return `${middle} GB/s (${least} to ${most})`;
}

function megabytes(bytes: number): string {
  const value = bytes / 1e6;
  return `${value.toFixed(value < 100 ? 1 : 0)} MB`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(0)} GiB`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
