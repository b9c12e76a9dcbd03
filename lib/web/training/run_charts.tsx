import type {
  CurvePoint,
  TrainingHistory,
} from "../../api/training_history.ts";
import { groupDigits } from "../format.ts";
import { Chart, type Place } from "./chart.tsx";
import { formatLoss, formatSmall } from "./run_text.ts";
import { smooth } from "./smooth.ts";

/** What is drawn of a run: the losses, the learning rate, the speed. */
export function RunCharts({ history }: { history: TrainingHistory }) {
  const { points } = history;
  const raw = curve(points, ({ loss }) => loss);
  const validations = history.validations
    .map(({ step, loss }) => ({ x: step, y: loss }));
  const rates = curve(points, ({ learningRate }) => learningRate);
  const speeds = curve(points, ({ tokensPerSecond }) => tokensPerSecond);
  return (
    <div class="charts card">
      <Chart
        title="Loss"
        unit="nats per token"
        across="Step"
        series={[
          { name: "Training, each step", look: "faint", places: raw },
          { name: "Training, smoothed", look: "line", places: smooth(raw) },
          { name: "Validation", look: "dots", places: validations },
        ]}
        summary={[
          summaryOf("Training loss", raw, formatLoss),
          summaryOf("Validation loss", validations, formatLoss),
        ].join(" ")}
        empty="The curve begins with the first step."
      />
      <Chart
        title="Learning rate"
        unit=""
        across="Step"
        series={[{ name: "Learning rate", look: "line", places: rates }]}
        summary={summaryOf("Learning rate", rates, formatSmall)}
        empty="No step yet."
        fromZero
        small
      />
      <Chart
        title="Speed"
        unit="tokens per second"
        across="Step"
        series={[{ name: "Speed", look: "line", places: smooth(speeds) }]}
        summary={summaryOf("Tokens per second", speeds, (speed) =>
          groupDigits(Math.round(speed)))}
        empty="No step yet."
        fromZero
        small
      />
    </div>
  );
}

function curve(
  points: readonly CurvePoint[],
  value: (point: CurvePoint) => number,
): Place[] {
  return points.map((point) => ({ x: point.step, y: value(point) }));
}

function summaryOf(
  name: string,
  places: readonly Place[],
  format: (value: number) => string,
): string {
  const first = places[0];
  const last = places.at(-1);
  if (first === undefined || last === undefined) return `${name}: nothing yet.`;
  const at = ({ x, y }: Place) => `${format(y)} at step ${groupDigits(x)}`;
  return first === last
    ? `${name}: ${at(last)}.`
    : `${name}: from ${at(first)} to ${at(last)}.`;
}
