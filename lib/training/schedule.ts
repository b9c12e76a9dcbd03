import type { LearningRateSchedule } from "../api/training_options.ts";

/** The learning rate over a run. */
export interface ScheduleOptions {
  schedule: LearningRateSchedule;
  /** The highest. */
  learningRate: number;
  /** That of the last step. */
  minLearningRate: number;
  /** Steps in which it rises in a straight line. */
  warmupSteps: number;
  /** All steps. */
  steps: number;
}

/**
 * The learning rate of a step: up in a straight line, then down along half a
 * cosine (Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5, without
 * restarts) or a straight line.
 *
 * @param step from 1 to `steps`
 */
export function learningRateAt(step: number, options: ScheduleOptions): number {
  const { schedule, learningRate, minLearningRate, warmupSteps, steps } =
    options;
  if (step <= warmupSteps) return learningRate * step / warmupSteps;
  if (schedule === "constant") return learningRate;
  const way = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  const share = schedule === "linear"
    ? 1 - way
    : (1 + Math.cos(Math.PI * way)) / 2;
  return minLearningRate + (learningRate - minLearningRate) * share;
}
