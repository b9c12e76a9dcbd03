import type { TrainingSnapshot } from "../../api/training_run.ts";
import type { TrainingHistory } from "../../api/training_history.ts";
import { formatBytes, formatCount, groupDigits } from "../format.ts";
import { START_LABELS } from "./start_fields.ts";
import { formatTime } from "./run_text.ts";

/** The texts that the model wrote on the way, the newest first. */
export function Samples({ history }: { history: TrainingHistory }) {
  const samples = history.samples.toReversed();
  return (
    <section class="card samples" aria-labelledby="samples-title">
      <div class="output-head">
        <h2 id="samples-title">Samples</h2>
      </div>
      <div
        class="samples-frame"
        role="region"
        aria-labelledby="samples-title"
        tabIndex={0}
      >
        {samples.length === 0 && (
          <p class="help">
            What the model writes on the way will stand here, the newest first.
          </p>
        )}
        {samples.map(({ step, prompt, text, seed }) => (
          <article key={`${step} ${prompt}`}>
            <h3>Step {groupDigits(step)}</h3>
            <p class="sample-text">
              <span class="text-prompt">{prompt}</span>
              <span class="text-continuation">{text}</span>
            </p>
            <p class="help">Seed {seed}</p>
          </article>
        ))}
      </div>
    </section>
  );
}

/** What went wrong without ending the run. */
export function Warnings({ history }: { history: TrainingHistory }) {
  if (history.warnings.length === 0) return null;
  return (
    <div class="notice" role="note">
      {history.warnings.slice(-3).map(({ step, message }) => (
        <span key={`${step} ${message}`}>
          Step {groupDigits(step)}: {message}
        </span>
      ))}
    </div>
  );
}

/** What the run is: its settings, its size, its files. */
export function RunFacts(
  { snapshot, history }: {
    snapshot: TrainingSnapshot;
    history: TrainingHistory;
  },
) {
  const { run, options, folder } = snapshot;
  const { start, checkpoint } = history;
  const facts: [string, string][] = [
    ["Started", formatTime(run.createdAt)],
    ...(start === undefined ? [] : [
      [
        "Parameters",
        `${formatCount(start.parameters)}, ${
          start.trainable === start.parameters
            ? "all trained"
            : `${formatCount(start.trainable)} trained`
        }`,
      ],
      ["Tokens in a pass", formatCount(start.tokensPerEpoch)],
      ["Tokens in a step", formatCount(start.tokensPerStep)],
      ["Memory, at most", formatBytes(start.memoryBytes)],
      ["Device", `${start.device}, ${groupDigits(start.threads)} threads`],
    ] as [string, string][]),
    [
      "Last checkpoint",
      checkpoint === undefined ? "none yet" : `step ${groupDigits(checkpoint)}`,
    ],
    ["Folder", folder],
    ...Object.entries(options).map(([name, value]): [string, string] => [
      START_LABELS.get(name) ?? name,
      valueText(value),
    ]),
  ];
  return (
    <details class="card fold">
      <summary>Settings and files</summary>
      <dl class="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
