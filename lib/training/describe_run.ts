import type { TrainingStatus } from "../api/training_event.ts";
import type { TrainingHistory } from "../api/training_history.ts";
import type { TrainingRun, TrainingSnapshot } from "../api/training_run.ts";
import type { RunRecord, RunStore } from "./run_store.ts";

/** A run as lists have it, from what is kept of it. */
export function describeRun(
  record: RunRecord,
  history: TrainingHistory,
  status: TrainingStatus,
  stopping = false,
): TrainingRun {
  const { start, last, validations } = history;
  const steps = start?.steps ?? record.options.steps;
  const validation = validations.at(-1);
  const error = status === "failed" ? record.error : undefined;
  return {
    id: record.id,
    name: record.name,
    createdAt: record.createdAt,
    status,
    stopping,
    step: last?.step ?? start?.step ?? 0,
    ...(steps === undefined ? {} : { steps }),
    ...(last === undefined ? {} : { loss: last.loss }),
    ...(validation === undefined ? {} : { validationLoss: validation.loss }),
    ...(error === undefined ? {} : { error }),
  };
}

/** All of a run; the history is a copy that later events leave alone. */
export function snapshotOf(
  store: RunStore,
  record: RunRecord,
  run: TrainingRun,
  history: TrainingHistory,
): TrainingSnapshot {
  return {
    run,
    options: record.options,
    folder: store.folder(record.id),
    history: { ...history, points: [...history.points] },
  };
}
