import type { TrainingHistory } from "../../api/training_history.ts";
import type { TrainingRun } from "../../api/training_run.ts";
import { formatRate, groupDigits } from "../format.ts";

/** A figure as the page shows it. */
export interface RunFigure {
  key: string;
  label: string;
  value: string;
}

/** The figures of a run, in the order of the page; dashes for the unknown. */
export function describeFigures(
  run: TrainingRun,
  history: TrainingHistory,
): RunFigure[] {
  const { last, start } = history;
  const validation = history.validations.at(-1);
  const active = run.status === "running";
  return [
    { key: "step", label: "Step", value: stepsText(stepOf(run, history)) },
    { key: "loss", label: "Loss", value: show(last?.loss, formatLoss) },
    {
      key: "validation",
      label: "Validation loss",
      value: show(validation?.loss, formatLoss),
    },
    {
      key: "bits",
      label: "Bits per byte",
      value: show(validation?.bitsPerByte, formatLoss),
    },
    {
      key: "speed",
      label: "Speed",
      value: show(last?.tokensPerSecond, formatRate),
    },
    {
      key: "rate",
      label: "Learning rate",
      value: show(last?.learningRate, formatSmall),
    },
    {
      key: "epoch",
      label: "Passes over the data",
      value: show(last?.epoch, (epoch) => epoch.toFixed(2)),
    },
    {
      key: "remaining",
      label: "Remaining",
      value: active && start !== undefined
        ? show(last?.remainingSeconds, formatSeconds)
        : "–",
    },
  ];
}

/** A run in one sentence; it changes with the status, not with each step. */
export function describeStatus(
  run: TrainingRun,
  history: TrainingHistory,
): string {
  const { status, stopping } = run;
  const step = groupDigits(stepOf(run, history).step);
  if (stopping && (status === "preparing" || status === "running")) {
    return "Stopping: a checkpoint is written …";
  }
  switch (status) {
    case "preparing":
      return `Preparing${
        history.preparing === undefined ? "" : `: ${history.preparing.stage}`
      } …`;
    case "running":
      return "Training …";
    case "stopped":
      return `Stopped after step ${step}. Resume goes on from there.`;
    case "interrupted":
      return "Interrupted: the server ended at work. Resume goes on from the " +
        "last checkpoint.";
    case "done":
      return `Done after ${step} steps.`;
    case "failed":
      return `Failed after step ${step}.`;
  }
}

/** The last step and the number of all, as far as they are known. */
export function stepOf(
  run: TrainingRun,
  { last, start }: TrainingHistory,
): { step: number; steps: number | undefined } {
  return {
    step: last?.step ?? start?.step ?? run.step,
    steps: start?.steps ?? run.steps,
  };
}

/** A step among all, `120 of 500`. */
export function stepsText(
  { step, steps }: { step: number; steps?: number | undefined },
): string {
  return steps === undefined
    ? groupDigits(step)
    : `${groupDigits(step)} of ${groupDigits(steps)}`;
}

/** A loss, in nats or bits, with the digits that mean something. */
export function formatLoss(loss: number | null): string {
  // JSON has no NaN.
  return loss === null || !Number.isFinite(loss) ? "NaN" : loss.toFixed(3);
}

/** A small number such as a learning rate: `0.00085`, `8.5e−6`. */
export function formatSmall(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const short = Number(value.toPrecision(3));
  return Math.abs(short) < 1e-4
    ? short.toExponential().replace("e-", "e−")
    : String(short);
}

/** A time to wait: `40 s`, `3 min`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 90) return `${Math.ceil(seconds)}\u00a0s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes}\u00a0min`;
  const hours = Math.floor(minutes / 60);
  return `${groupDigits(hours)}\u00a0h ${minutes % 60}\u00a0min`;
}

/** A point in time, `2026-01-31 14:05`, in the reader's own zone. */
export function formatTime(iso: string): string {
  const time = new Date(iso);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${
    two(time.getDate())
  } ${two(time.getHours())}:${two(time.getMinutes())}`;
}

function show<Value>(
  value: Value | undefined,
  format: (value: Value) => string,
): string {
  return value === undefined ? "–" : format(value);
}
