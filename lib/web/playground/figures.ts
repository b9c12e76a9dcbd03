import {
  countOf,
  formatBytes,
  formatDuration,
  formatRate,
  groupDigits,
} from "../format.ts";

/** What is measured of a run; what is not known yet is undefined. */
export interface Figures {
  /** Tokens of the continuation so far. */
  tokens?: number | undefined;
  promptTokens?: number | undefined;
  tokensPerSecond?: number | undefined;
  promptTokensPerSecond?: number | undefined;
  timeToFirstTokenMs?: number | undefined;
  /** Bytes of the model's state, the same however long the text. */
  stateBytes?: number | undefined;
  /** The model's id. */
  model?: string | undefined;
  device?: string | undefined;
  dtype?: string | undefined;
  /** Bytes of the model's weights in memory. */
  weightBytes?: number | undefined;
  seed?: number | undefined;
}

/** A figure as the page shows it. */
export interface FigureText {
  key: string;
  label: string;
  value: string;
}

/** The figures in the order of the page; a dash for what is not known yet. */
export function describeFigures(figures: Figures): FigureText[] {
  const { tokens, promptTokens, stateBytes } = figures;
  return [
    { key: "tokens", label: "Tokens", value: show(tokens, groupDigits) },
    {
      key: "speed",
      label: "Speed",
      value: showRate(figures.tokensPerSecond),
    },
    {
      key: "first-token",
      label: "First token",
      value: show(figures.timeToFirstTokenMs, formatDuration),
    },
    {
      key: "prefill",
      label: promptTokens === undefined
        ? "Prefill"
        : `Prefill, ${groupDigits(promptTokens)} tokens`,
      value: showRate(figures.promptTokensPerSecond),
    },
    {
      key: "state",
      label: "State",
      value: show(stateBytes, (bytes) => `constant: ${formatBytes(bytes)}`),
    },
  ];
}

/** The figures of a text that is written beside others. */
export function describeColumn(
  figures: Figures,
  /** Where the text parts from the first one's. */
  parting: number | undefined,
): FigureText[] {
  const [tokens, speed, first] = describeFigures(figures);
  return [
    tokens!,
    speed!,
    first!,
    ...describeMemory(figures),
    {
      key: "parting",
      label: "Parts after",
      value: show(parting, (place) => countOf(place, "char")),
    },
  ];
}

/** What a model and its text take. */
export function describeMemory(
  { weightBytes, stateBytes }: Figures,
): FigureText[] {
  return [
    { key: "memory", label: "Memory", value: show(weightBytes, formatBytes) },
    { key: "state", label: "State", value: show(stateBytes, formatBytes) },
  ];
}

function show(
  value: number | undefined,
  format: (value: number) => string,
): string {
  return value === undefined ? "–" : format(value);
}

/** A rate; 0 says that there was too little to measure. */
function showRate(value: number | undefined): string {
  return show(value || undefined, formatRate);
}
