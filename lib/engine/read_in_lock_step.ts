import { toApiError } from "../api/api_error.ts";
import type {
  CompareEvent,
  CompareRequest,
  ReadEvent,
} from "../api/compare.ts";
import type { GenerateEvent } from "../api/generate_event.ts";
import { throwIfAborted } from "./compute_lane.ts";
import type { Engine } from "./engine.ts";
import { LockStepReader } from "./lock_step_reader.ts";
import { staged } from "./staged.ts";

/**
 * Tokens that all columns read in one turn: few, so that other requests hardly
 * notice how long it takes to compare their logits.
 */
const TURN = 16;

/**
 * Feeds one text to every model, the same positions of all in the same turn.
 * What each column had expected is compared with the first one's.
 */
export async function* readInLockStep(
  engine: Pick<Engine, "load" | "enter">,
  { prompt, columns }: CompareRequest,
  { signal }: { signal?: AbortSignal },
): AsyncGenerator<CompareEvent, void, undefined> {
  const leave = await engine.enter(signal);
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
    for (const [column, { model, device, dtype }] of columns.entries()) {
      try {
        const loading = staged(
          "loading",
          (onProgress) =>
            engine.load(model, { device, dtype, signal, onProgress }),
        );
        let next = await loading.next();
        for (; !next.done; next = await loading.next()) {
          yield tell(column, next.value);
        }
        const reader = await LockStepReader.open(next.value, {
          name: model,
          text: prompt,
          signal,
          base: readers.find((reader) => reader !== undefined),
        });
        readers[column] = reader;
        yield tell(column, reader.start);
      } catch (error) {
        yield fail(column, error);
      }
    }
    for (let busy = true; busy;) {
      busy = false;
      for (const [column, reader] of readers.entries()) {
        if (reader === undefined || reader.finished) continue;
        throwIfAborted(signal);
        busy = true;
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
