import type { TrainingEvent } from "../api/training_event.ts";
import { formatBytes, formatCount, formatRate } from "./format.ts";
import type { Terminal } from "./terminal.ts";

type EventOf<T extends TrainingEvent["type"]> = Extract<
  TrainingEvent,
  { type: T }
>;

/** Shows a run as it goes: figures and samples, and a line of progress. */
export class TrainingPrinter {
  readonly #terminal: Terminal;
  #steps = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  async print(event: TrainingEvent): Promise<void> {
    switch (event.type) {
      case "preparing":
        return this.#terminal.progress(
          `reading ${event.stage} ${percent(event.done, event.total)}`,
        );
      case "start":
        this.#steps = event.steps;
        return this.#terminal.note(startLine(event));
      case "step":
        return this.#terminal.progress(stepLine(event, this.#steps));
      case "validation":
        return await this.#terminal.write(validationLine(event, this.#steps));
      case "sample":
        return await this.#terminal.write(
          this.#terminal.style("dim", event.prompt) + `${event.text}\n\n`,
        );
      case "warning":
        return this.#terminal.note(
          `warning: step ${event.step}: ${event.message}`,
        );
    }
  }
}

function startLine(event: EventOf<"start">): string {
  const { parameters, trainable, tokensPerEpoch, tokensPerStep } = event;
  const threads = event.threads === 1 ? "1 thread" : `${event.threads} threads`;
  return [
    `${formatCount(parameters)} parameters` +
    (trainable === parameters ? "" : `, ${formatCount(trainable)} trained`),
    `${formatCount(tokensPerEpoch)} tokens an epoch`,
    `${formatCount(tokensPerStep)} a step`,
    `${event.device}, ${threads}`,
    `at most ${formatBytes(event.memoryBytes)}`,
    ...(event.step === 0 ? [] : [`goes on after step ${event.step}`]),
  ].join("; ");
}

function stepLine(event: EventOf<"step">, steps: number): string {
  const { step, loss, learningRate, tokensPerSecond } = event;
  const filled = Math.floor(10 * step / steps);
  return [
    `[${"#".repeat(filled).padEnd(10, ".")}] ${step}/${steps}`,
    `loss ${loss.toFixed(3)}`,
    `lr ${learningRate.toPrecision(2)}`,
    formatRate(tokensPerSecond),
    `${formatTime(event.remainingSeconds)} left`,
  ].join("  ");
}

function validationLine(event: EventOf<"validation">, steps: number): string {
  const { step, loss, perplexity, bitsPerByte } = event;
  return [
    `step ${String(step).padStart(String(steps).length)}`,
    `validation loss ${loss.toFixed(4)}`,
    `perplexity ${perplexity.toPrecision(4)}`,
    ...(bitsPerByte === undefined
      ? []
      : [`${bitsPerByte.toFixed(4)} bits per byte`]),
  ].join("  ") + "\n";
}

function percent(done: number, total: number): string {
  return `${Math.floor(100 * done / Math.max(1, total))} %`;
}

/** `42 s`, `12 min` or `3 h 5 min`. */
function formatTime(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
