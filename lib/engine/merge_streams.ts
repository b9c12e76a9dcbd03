/** An item of a merged stream, and which one it came from. */
export interface MergedItem<Item> {
  stream: number;
  item: Item;
}

/**
 * The items of several streams as they come. All are asked at once; one that
 * is slow holds up none of the others. Leaving the loop ends them all.
 *
 * @param onError what a stream that fails ends with in place of its failure
 */
export async function* mergeStreams<Item>(
  streams: readonly AsyncGenerator<Item, void, undefined>[],
  onError: (error: unknown) => Item,
): AsyncGenerator<MergedItem<Item>, void, undefined> {
  interface Step {
    stream: number;
    result?: IteratorResult<Item, void>;
    error?: unknown;
  }
  // Never rejects: a stream that fails after the loop was left has no reader.
  const next = (stream: number): Promise<Step> =>
    streams[stream]!.next().then(
      (result) => ({ stream, result }),
      (error) => ({ stream, error }),
    );
  const waiting = new Map(streams.map((_, index) => [index, next(index)]));
  try {
    while (waiting.size > 0) {
      const { stream, result, error } = await Promise.race(waiting.values());
      waiting.delete(stream);
      if (result === undefined) {
        yield { stream, item: onError(error) };
      } else if (!result.done) {
        // Behind the others, so that each has its turn.
        waiting.set(stream, next(stream));
        yield { stream, item: result.value };
      }
    }
  } finally {
    await Promise.all(streams.map((stream) => stream.return()));
  }
}
