import { assert } from "@std/assert";
import { join } from "node:path";
import { MambaError } from "../../lib/api/mamba_error.ts";
import type { TrainingEvent } from "../../lib/api/training_event.ts";
import type { TrainingOptions } from "../../lib/api/training_options.ts";
import type { TrainingRun } from "../../lib/api/training_run.ts";
import { readRunLog } from "../../lib/training/run_log.ts";
import type { RunManager } from "../../lib/training/run_manager.ts";
import type {
  TrainerExtras,
  TrainerSource,
} from "../../lib/training/run_trainer.ts";

/** Every so many steps the fake trainer leaves a checkpoint. */
export const CHECKPOINT_INTERVAL = 5;

/** The loss that the fake trainer has at a step. */
export function lossAt(step: number): number {
  return 5 / Math.sqrt(step);
}

/**
 * A trainer that computes nothing: it does the steps that it is allowed, and
 * keeps its step in the run's folder.
 */
export class FakeTraining implements TrainerSource {
  /** What was asked for, in order. */
  readonly calls: string[] = [];
  /** How many trainers have not been given back. */
  open = 0;
  /** Thrown instead of this step. */
  failure: { step: number; error: Error } | undefined;
  #allowed: number;
  #wake: () => void = () => {};

  /** @param allowed steps that are done without being asked for */
  constructor(allowed = Infinity) {
    this.#allowed = allowed;
  }

  /** Lets it do so many steps more. */
  allow(steps: number): void {
    this.#allowed += steps;
    this.#wake();
  }

  createTrainer = (options: TrainingOptions, extras: TrainerExtras) => {
    this.calls.push("create");
    extras.onPreparing("reading the data", 1, 2);
    return Promise.resolve(this.#trainer(0, options, extras.folder));
  };

  resumeTrainer = async ({ folder }: TrainerExtras) => {
    const step = await readStep(folder);
    this.calls.push(`resume ${step}`);
    if (step === undefined) return undefined;
    const text = await Deno.readTextFile(join(folder, "run.json"));
    return this.#trainer(step, JSON.parse(text).options, folder);
  };

  readLog = async (folder: string) => {
    try {
      return await readRunLog(folder);
    } catch (error) {
      if (error instanceof MambaError && error.code === "not_found") return [];
      throw error;
    }
  };

  #trainer(done: number, options: TrainingOptions, folder: string) {
    this.open++;
    return {
      run: ({ signal }: { signal: AbortSignal }) =>
        logged(folder, this.#events(done, options.steps ?? 10, signal)),
      [Symbol.asyncDispose]: () => {
        this.open--;
        return Promise.resolve();
      },
    };
  }

  async *#events(
    done: number,
    steps: number,
    signal: AbortSignal,
  ): AsyncGenerator<TrainingEvent> {
    yield startEvent(done, steps);
    let step = done;
    while (step < steps && await this.#allows(signal)) {
      step++;
      if (this.failure?.step === step) throw this.failure.error;
      yield stepEvent(step, steps);
      if (step % CHECKPOINT_INTERVAL === 0) {
        yield { type: "checkpoint", step };
      }
    }
    if (step % CHECKPOINT_INTERVAL !== 0) yield { type: "checkpoint", step };
    const status = step < steps ? "stopped" : "done";
    yield { type: "end", step, status, seconds: 1 };
  }

  /** Waits for the next step; false when it shall end. */
  async #allows(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted && this.#allowed <= 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    this.#allowed--;
    return !signal.aborted;
  }
}

/** The first event of a run that goes on after a step. */
export function startEvent(
  step: number,
  steps: number,
): TrainingEvent & { type: "start" } {
  return {
    type: "start",
    step,
    steps,
    parameters: 1000,
    trainable: 1000,
    tokensPerEpoch: 5000,
    tokensPerStep: 100,
    memoryBytes: 1e6,
    device: "cpu",
    threads: 2,
  };
}

/** A step as the fake trainer tells of it. */
export function stepEvent(
  step: number,
  steps: number,
): TrainingEvent & { type: "step" } {
  return {
    type: "step",
    step,
    epoch: step / 50,
    loss: lossAt(step),
    learningRate: 0.001,
    gradientNorm: 1,
    tokens: 100 * step,
    tokensPerSecond: 1000,
    remainingSeconds: (steps - step) / 10,
  };
}

/** Writes the log and the checkpoints of a run while it is told. */
async function* logged(
  folder: string,
  events: AsyncIterable<TrainingEvent>,
): AsyncGenerator<TrainingEvent> {
  for await (const event of events) {
    const time = new Date(0).toISOString();
    await Deno.writeTextFile(
      join(folder, "log.jsonl"),
      JSON.stringify({ ...event, time }) + "\n",
      { append: true },
    );
    if (event.type === "checkpoint") {
      await Deno.writeTextFile(join(folder, "step"), String(event.step));
    }
    yield event;
  }
}

async function readStep(folder: string): Promise<number | undefined> {
  try {
    return Number(await Deno.readTextFile(join(folder, "step")));
  } catch {
    return undefined;
  }
}

/** Waits until a run is as it should be, by its own stream. */
export async function until(
  manager: RunManager,
  id: string,
  reached: (run: TrainingRun) => boolean,
): Promise<void> {
  const left = new AbortController();
  for await (const _ of manager.watch(id, left.signal)) {
    if (reached((await manager.get(id)).run)) return;
  }
  const { run } = await manager.get(id);
  assert(reached(run), `it ended as ${JSON.stringify(run)}`);
}
