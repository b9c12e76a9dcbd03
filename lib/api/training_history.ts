import type { TrainingEvent, ValidationFigures } from "./training_event.ts";

/** The means of some steps, one after another. */
export interface CurvePoint {
  /** The last of the steps. */
  step: number;
  /** How many steps. */
  count: number;
  loss: number;
  learningRate: number;
  gradientNorm: number;
  tokensPerSecond: number;
}

/** A validation of a run. */
export type ValidationPoint = ValidationFigures & { step: number };

type EventOf<Type extends TrainingEvent["type"]> = Extract<
  TrainingEvent,
  { type: Type }
>;

/** A run's events in bounded space: what pages draw. Plain JSON. */
export interface TrainingHistory {
  /** Steps that make a point; more as the run grows. */
  stride: number;
  /** The steps, at most {@linkcode MAX_POINTS} points. */
  points: CurvePoint[];
  validations: ValidationPoint[];
  /** The last ones. */
  samples: EventOf<"sample">[];
  /** The last ones. */
  warnings: EventOf<"warning">[];
  preparing?: EventOf<"preparing">;
  start?: EventOf<"start">;
  /** The last step, exactly. */
  last?: EventOf<"step">;
  /** The step of the last checkpoint. */
  checkpoint?: number;
  end?: EventOf<"end">;
}

/** More points than this are never kept or sent. */
export const MAX_POINTS = 800;
const MAX_VALIDATIONS = 400;
const MAX_SAMPLES = 24;
const MAX_WARNINGS = 24;

/** The history of a run of which nothing is known yet. */
export function emptyHistory(): TrainingHistory {
  return {
    stride: 1,
    points: [],
    validations: [],
    samples: [],
    warnings: [],
  };
}

/**
 * Adds an event. The history is changed in place, and its list of points:
 * whoever keeps one copies both.
 */
export function addEvent(history: TrainingHistory, event: TrainingEvent): void {
  switch (event.type) {
    case "preparing":
      history.preparing = event;
      return;
    case "start":
      return begin(history, event);
    case "step":
      return addStep(history, event);
    case "validation": {
      const { type: _type, ...point } = event;
      // What was interrupted while it measured measures again.
      const others = history.validations.filter(({ step }) =>
        step !== point.step
      );
      history.validations = thin([...others, point], MAX_VALIDATIONS);
      return;
    }
    case "sample": {
      const others = history.samples.filter(({ step, prompt }) =>
        step !== event.step || prompt !== event.prompt
      );
      history.samples = [...others, event].slice(-MAX_SAMPLES);
      return;
    }
    case "checkpoint":
      history.checkpoint = event.step;
      return;
    case "warning":
      history.warnings = [...history.warnings, event].slice(-MAX_WARNINGS);
      return;
    case "end":
      history.end = event;
  }
}

/** What the run that broke did after its checkpoint did not happen. */
function begin(history: TrainingHistory, start: EventOf<"start">): void {
  const done = (one: { step: number }) => one.step <= start.step;
  history.start = start;
  history.points = history.points.filter(done);
  history.validations = history.validations.filter(done);
  history.samples = history.samples.filter(done);
  history.warnings = history.warnings.filter(done);
  delete history.preparing;
  delete history.end;
  if (history.last !== undefined && !done(history.last)) delete history.last;
}

function addStep(history: TrainingHistory, event: EventOf<"step">): void {
  history.last = event;
  const { step, loss, learningRate, gradientNorm, tokensPerSecond } = event;
  const point: CurvePoint = {
    step,
    count: 1,
    loss: round(loss),
    learningRate: round(learningRate),
    gradientNorm: round(gradientNorm),
    tokensPerSecond: round(tokensPerSecond),
  };
  const last = history.points.at(-1);
  if (last === undefined || last.count >= history.stride) {
    history.points.push(point);
  } else {
    history.points[history.points.length - 1] = merge(last, point);
  }
  if (history.points.length <= MAX_POINTS) return;
  history.stride *= 2;
  history.points = pairs(history.points);
}

function pairs(points: readonly CurvePoint[]): CurvePoint[] {
  const merged: CurvePoint[] = [];
  for (let index = 0; index < points.length; index += 2) {
    const one = points[index]!;
    const other = points[index + 1];
    merged.push(other === undefined ? one : merge(one, other));
  }
  return merged;
}

function merge(one: CurvePoint, other: CurvePoint): CurvePoint {
  const count = one.count + other.count;
  const mean = (a: number, b: number) =>
    round((a * one.count + b * other.count) / count);
  return {
    step: other.step,
    count,
    loss: mean(one.loss, other.loss),
    learningRate: mean(one.learningRate, other.learningRate),
    gradientNorm: mean(one.gradientNorm, other.gradientNorm),
    tokensPerSecond: mean(one.tokensPerSecond, other.tokensPerSecond),
  };
}

/** Every other one, but never without the last. */
function thin<Item>(list: Item[], limit: number): Item[] {
  if (list.length <= limit) return list;
  return list.filter((_, index) => (list.length - 1 - index) % 2 === 0);
}

/** As many digits as a curve or a table can show: a history is sent often. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}
