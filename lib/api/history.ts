import type { ApiError } from "./generate_event.ts";
import type { GenerateRequest } from "./generate_request.ts";
import type { RunResult, RunState } from "./run_result.ts";

/** What the pages know of a kind of records. */
export interface HistoryKindInfo {
  /** The word of the list. */
  label: string;
  /** The page that opens a record with its settings, without its id. */
  open: string;
}

/** Every kind of records; a new one needs its line here. */
export const HISTORY_KINDS = {
  playground: { label: "Playground", open: "/?run=" },
  compare: { label: "Compare", open: "/compare?run=" },
  benchmark: { label: "Benchmark", open: "/benchmark?run=" },
} as const satisfies Record<string, HistoryKindInfo>;

/** The name of a kind of records. */
export type HistoryKind = keyof typeof HISTORY_KINDS;

/** Whether a text names a kind of records. */
export function isHistoryKind(text: string): text is HistoryKind {
  return Object.hasOwn(HISTORY_KINDS, text);
}

/** A record as lists have it. */
export interface HistoryEntry {
  /** Grows with time, and is never used again. */
  id: number;
  kind: HistoryKind;
  /** When it began, ISO 8601. */
  createdAt: string;
  /** One line for people. */
  title: string;
  /** The models that took part. */
  models: readonly string[];
  state: RunState;
}

/** A record with all that was kept; what the body is depends on the kind. */
export interface HistoryRecord<Body = unknown> extends HistoryEntry {
  body: Body;
}

/** A piece of the list, the newest first. */
export interface HistoryPage {
  entries: HistoryEntry[];
  /** How many there are in all. */
  total: number;
  /** Gives the piece after this one as `before`; absent at the end. */
  next?: number;
}

/** Which piece of the list. */
export interface HistoryQuery {
  /** @default every kind */
  kind?: HistoryKind | undefined;
  /** Only records older than this id. @default from the newest */
  before?: number | undefined;
  /** @default 50 */
  limit?: number;
}

/** Whether a history is kept, and if not, why. */
export interface HistoryStatus {
  /** False if the settings say so. */
  on: boolean;
  /** What is wrong with the file. */
  error?: ApiError;
}

/** The body of a record of the playground. */
export interface PlaygroundRecord {
  /** With the seed that was drawn, if it had none. */
  request: GenerateRequest;
  result: RunResult;
}

/** How often a model won against others. */
export interface TallyRow {
  model: string;
  won: number;
  tied: number;
  lost: number;
}
