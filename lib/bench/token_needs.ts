import type { MambaLMHeadModel } from "../engine/mamba_lm_head_model.ts";
import type { NativeTensor } from "../native/model.ts";

/** What tokens of a model read, write and compute. */
export interface TokenNeeds {
  /** Bytes of a step: weights once, each sequence's state both ways. */
  stepBytes(sequences: number): number;
  /** Operations of the matrix products, two a weight. */
  operations(tokens: number, logits: number): number;
}

const LAYER_MATRIX = /\.(in_proj|x_proj|dt_proj|out_proj)\.weight$/;
const EMBEDDING = "backbone.embedding.weight";

/** What tokens of a model need. */
export function tokenNeeds(model: MambaLMHeadModel): TokenNeeds {
  const { weightBytes, stateBytes, config } = model;
  let layers = 0;
  let unread = 0;
  for (const tensor of model.tensors()) {
    if (LAYER_MATRIX.test(tensor.name)) layers += countOf(tensor);
    // Of an embedding that is not the head too, a token reads one row.
    if (tensor.name === EMBEDDING && !config.tieEmbeddings) {
      unread = tensor.bytes;
    }
  }
  const head = config.paddedVocabSize * config.dModel;
  return {
    stepBytes: (sequences) => weightBytes - unread + 2 * sequences * stateBytes,
    operations: (tokens, logits) => 2 * (layers * tokens + head * logits),
  };
}

function countOf({ shape }: NativeTensor): number {
  return shape.reduce((product, size) => product * size, 1);
}
