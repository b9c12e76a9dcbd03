import { toApiError } from "../api/api_error.ts";
import type {
  CompareColumn,
  CompareEvent,
  CompareRequest,
  ReadEvent,
} from "../api/compare.ts";
import type { GenerateEvent } from "../api/generate_event.ts";
import { throwIfAborted } from "./compute_lane.ts";
import type { Engine } from "./engine.ts";
import { LockStepReader, type ReaderOptions } from "./lock_step_reader.ts";
import { Leases } from "./model_lease.ts";
import { staged } from "./staged.ts";

/**
 * Tokens that all columns read in one turn: few, so that other requests hardly
 * notice how long it takes to compare their logits.
 */
const TURN = 16;

type Models = Pick<Engine, "lease" | "enter">;

/**
 * Feeds one text to every model, the same positions of all in the same turn.
 * What each column had expected is compared with the first one's.
 */
export async function* readInLockStep(
  engine: Models,
  { prompt: text, columns }: CompareRequest,
  { signal }: { signal?: AbortSignal },
): AsyncGenerator<CompareEvent, void, undefined> {
  const leave = await engine.enter(signal);
  using leases = new Leases();
  const readers: (LockStepReader | undefined)[] = [];
  const tell = (
    column: number,
    event: GenerateEvent | ReadEvent,
  ): CompareEvent => ({ type: "column", column, event });
  const fail = (column: number, error: unknown): CompareEvent => {
    throwIfAborted(signal);
    readers[column]?.[Symbol.dispose]();
    readers[column] = undefined;
    return tell(column, { type: "error", error: toApiError(error) });
  };
  try {
    for (const [column, wanted] of columns.entries()) {
      const options = { name: wanted.model, text, signal, base: readers[0] };
      const opening = openReader(engine, leases, wanted, options);
      try {
        let next = await opening.next();
        for (; !next.done; next = await opening.next()) {
          yield tell(column, next.value);
        }
        readers[column] = next.value;
        yield tell(column, next.value.start);
      } catch (error) {
        yield fail(column, error);
      }
    }
    while (readers.some((reader) => reader !== undefined && !reader.finished)) {
      for (const [column, reader] of readers.entries()) {
        if (reader === undefined || reader.finished) continue;
        throwIfAborted(signal);
        try {
          const tokens = await reader.readOn(TURN);
          yield tell(column, { type: "reading", tokens });
          if (reader.finished) yield tell(column, reader.end());
        } catch (error) {
          yield fail(column, error);
        }
      }
    }
  } finally {
    for (const reader of readers) reader?.[Symbol.dispose]();
    leave();
  }
}

/** Loads a column's model, told as events; returns its reader. */
async function* openReader(
  engine: Models,
  leases: Leases,
  { model, device, dtype }: CompareColumn,
  options: ReaderOptions,
): AsyncGenerator<GenerateEvent, LockStepReader, undefined> {
  const { signal } = options;
  const loaded = yield* staged(
    "loading",
    (onProgress) =>
      leases.take(engine.lease(model, { device, dtype, signal, onProgress })),
  );
  return await LockStepReader.open(loaded, options);
}
