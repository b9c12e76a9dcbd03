import {
  type Dataset,
  NO_TARGET,
  type TrainingEvent,
  type TrainingOptions,
} from "../../lib/mod.ts";
import { someIds, TINY_CONFIGS } from "./tiny_models.ts";

/** Rows of random ids, some of them in several sequences, some untargeted. */
export function tinyDataset(
  length = 10,
  { rowLength = 12, seed = 1 }: { rowLength?: number; seed?: number } = {},
): Dataset {
  const rows = Array.from({ length }, (_, i) => {
    const ids = someIds(rowLength + 1, 61, seed * 1000 + i);
    const tokens = Uint32Array.from(ids.slice(0, -1));
    const targets = Uint32Array.from(ids.slice(1));
    const cut = i % 3 === 0 ? 0 : 1 + i % (rowLength - 1);
    if (cut > 0) targets[cut - 1] = NO_TARGET;
    const counts = cut === 0 ? [rowLength] : [cut, rowLength - cut];
    return { tokens, targets, counts };
  });
  return {
    length,
    targetTokens: rows.flatMap(({ targets }) => [...targets])
      .filter((target) => target !== NO_TARGET).length,
    targetBytes: 3 * length * rowLength,
    fingerprint: `${length} ${seed}`,
    row: (index) => rows[index]!,
  };
}

/** A run of a tiny model. */
export function tinyRun(
  layer: keyof typeof TINY_CONFIGS,
  options: Partial<TrainingOptions> = {},
): TrainingOptions {
  return {
    config: TINY_CONFIGS[layer],
    steps: 8,
    rowLength: 12,
    batchSize: 3,
    microBatchSize: 2,
    learningRate: 0.01,
    validationInterval: 3,
    checkpointInterval: 3,
    seed: 5,
    ...options,
  };
}

/** Everything that a run tells. */
export async function gather(
  run: AsyncIterable<TrainingEvent>,
): Promise<TrainingEvent[]> {
  return await Array.fromAsync(run);
}

/** The events of one type. */
export function eventsOf<T extends TrainingEvent["type"]>(
  events: readonly TrainingEvent[],
  type: T,
): Extract<TrainingEvent, { type: T }>[] {
  return events.filter((event) => event.type === type) as Extract<
    TrainingEvent,
    { type: T }
  >[];
}

/** Runs `body` with a folder of its own, which is removed afterwards. */
export async function withFolder(
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
