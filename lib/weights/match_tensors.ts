import { cannotLoad } from "../api/load_error.ts";
import { listNames, quote } from "./checkpoint_error.ts";
import type { CheckpointTensor } from "./checkpoint_tensor.ts";
import { haveEqualBytes } from "./equal_bytes.ts";
import type { MambaConfig } from "./model_config.ts";
import { areBareNames, toOfficialName } from "./tensor_names.ts";

/**
 * Brings a file's tensors into the order and the names of the configuration.
 *
 * @param path The weights' file, for messages about what is not in it.
 * @throws {MambaError} `invalid_checkpoint` naming every missing, extra or
 * misshapen tensor.
 */
export async function matchTensors(
  found: CheckpointTensor[],
  config: MambaConfig,
  path: string,
  signal: AbortSignal | undefined,
): Promise<CheckpointTensor[]> {
  const bare = areBareNames(found.map(({ name }) => name));
  const byName = new Map<string, CheckpointTensor>();
  for (const tensor of found) {
    const name = toOfficialName(tensor.name, bare);
    if (byName.has(name)) {
      throw cannotLoad(tensor.file, `tensor ${quote(name)} is there twice`);
    }
    byName.set(name, { ...tensor, name });
  }
  const head = byName.get("lm_head.weight");
  if (config.tieEmbeddings) byName.delete("lm_head.weight");
  const matched = matchNames(byName, config, path);
  if (config.tieEmbeddings && head !== undefined) {
    await checkTiedHead(head, matched[0], signal);
  }
  return matched;
}

function matchNames(
  byName: Map<string, CheckpointTensor>,
  config: MambaConfig,
  path: string,
): CheckpointTensor[] {
  const expected = config.tensors();
  const missing = expected.filter(({ name }) => !byName.has(name));
  if (missing.length > 0) {
    throw cannotLoad(
      path,
      `missing tensors: ${listNames(missing.map(({ name }) => name))}`,
      { hint: "The weights do not belong to this config.json, or are cut." },
    );
  }
  const matched: CheckpointTensor[] = [];
  for (const { name, shape } of expected) {
    const tensor = byName.get(name);
    if (tensor === undefined) continue;
    if (!isSameShape(tensor.shape, shape)) throw misshapen(tensor, shape);
    matched.push(tensor);
    byName.delete(name);
  }
  const extra = [...byName.values()];
  if (extra[0] !== undefined) {
    throw cannotLoad(
      extra[0].file,
      `tensors that no ${config.layer} model of this configuration has: ` +
        listNames(extra.map(({ name }) => name)),
      { hint: "The weights do not belong to this config.json." },
    );
  }
  return matched;
}

function misshapen(tensor: CheckpointTensor, shape: readonly number[]): Error {
  return cannotLoad(
    tensor.file,
    `tensor ${quote(tensor.name)} has shape [${tensor.shape}], but ` +
      `config.json makes it [${shape}]`,
    { hint: "The weights do not belong to this config.json." },
  );
}

function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** A tied checkpoint may hold the head too, if it is the embedding. */
async function checkTiedHead(
  head: CheckpointTensor,
  embedding: CheckpointTensor | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (embedding === undefined) return;
  if (!isSameShape(head.shape, embedding.shape)) {
    throw misshapen(head, embedding.shape);
  }
  if (await haveEqualBytes(head, embedding, signal)) return;
  throw cannotLoad(
    head.file,
    `tensor "lm_head.weight" differs from the embedding, but config.json ` +
      "ties them",
    { hint: 'Set "tie_embeddings" ("tie_word_embeddings") to false.' },
  );
}
