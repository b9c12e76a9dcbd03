import {
  type Dataset,
  MambaError,
  NO_TARGET,
  type TrainingRow,
} from "../lib/mod.ts";
import { randomNumbers } from "./_random.ts";

/** What {@linkcode RecallTask} is made from. */
export interface RecallOptions {
  /** "shift" or "copy". */
  task: string;
  rows: number;
  /** Ids in a row. */
  seqLen: number;
  /** Ids that there are; of "copy", the last two are no symbols. */
  vocabSize: number;
  /** Symbols that "copy" hides in a row. */
  symbols: number;
  seed: number;
}

/** In all rows, which are kept in memory. */
const MAX_IDS = 2 ** 26;

type MakeRow = (random: () => number, options: RecallOptions) => TrainingRow;

const TASKS: Readonly<Record<string, MakeRow>> = {
  shift: shiftRow,
  copy: copyRow,
};

/** Rows of random ids, and what a model can say of them only from memory. */
export class RecallTask implements Dataset {
  readonly targetTokens: number;
  readonly fingerprint: string;
  readonly #rows: readonly TrainingRow[];

  constructor(options: RecallOptions) {
    const { task, rows, seqLen, symbols, seed } = options;
    const makeRow = Object.hasOwn(TASKS, task) ? TASKS[task] : undefined;
    if (makeRow === undefined) {
      throw new MambaError(
        "invalid_argument",
        `Cannot train the task ${JSON.stringify(task)}`,
        { hint: `The tasks are ${Object.keys(TASKS).join(", ")}.` },
      );
    }
    checkSizes(options);
    const random = randomNumbers(seed);
    this.#rows = Array.from({ length: rows }, () => makeRow(random, options));
    const perRow = task === "shift" ? seqLen - 1 : symbols;
    this.targetTokens = rows * perRow;
    this.fingerprint = JSON.stringify(options);
  }

  get length(): number {
    return this.#rows.length;
  }

  row(index: number): TrainingRow {
    return this.#rows[index]!;
  }
}

function checkSizes(options: RecallOptions): void {
  const { rows, seqLen, vocabSize, symbols } = options;
  const whole = [rows, seqLen, vocabSize, symbols].every((size) =>
    Number.isSafeInteger(size) && size > 0
  );
  const fits = rows * seqLen <= MAX_IDS && vocabSize > 2 &&
    seqLen >= 2 * symbols;
  if (whole && fits) return;
  throw new MambaError(
    "invalid_argument",
    `Cannot make ${rows} rows of ${seqLen} ids out of ${vocabSize}, ` +
      `with ${symbols} symbols and their copies`,
    { hint: "Give whole numbers; a row has room for each symbol twice." },
  );
}

/**
 * Says each id one position late. What comes *next* in random ids cannot be
 * known; what came before can, by who remembers it.
 */
function shiftRow(
  random: () => number,
  { seqLen, vocabSize }: RecallOptions,
): TrainingRow {
  const tokens = new Uint32Array(seqLen)
    .map(() => Math.floor(random() * vocabSize));
  const targets = tokens.map((_, t) => t === 0 ? NO_TARGET : tokens[t - 1]!);
  return { tokens, targets, counts: [seqLen] };
}

/**
 * Selective copying (Gu & Dao 2023, arXiv:2312.00752, section 4.1.1): symbols
 * stand at random places among blanks; then as many marks ask for them in
 * their order. A state must keep the symbols and let the blanks pass.
 */
function copyRow(
  random: () => number,
  { seqLen, vocabSize, symbols }: RecallOptions,
): TrainingRow {
  const [blank, mark] = [vocabSize - 2, vocabSize - 1];
  const body = seqLen - symbols;
  const tokens = new Uint32Array(seqLen).fill(blank).fill(mark, body);
  const targets = new Uint32Array(seqLen).fill(NO_TARGET);
  let placed = 0;
  for (let t = 0; t < body; t++) {
    // So that every choice of places is as likely as any other.
    if (random() * (body - t) >= symbols - placed) continue;
    tokens[t] = Math.floor(random() * blank);
    targets[body + placed++] = tokens[t]!;
  }
  return { tokens, targets, counts: [seqLen] };
}
