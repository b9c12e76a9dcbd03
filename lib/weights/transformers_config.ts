import type { ConfigReader } from "./config_reader.ts";
import { ConfigReader as Reader, show } from "./config_reader.ts";
import {
  checkFields,
  type ConfigFields,
  LIMITS,
  readDtRank,
} from "./config_fields.ts";

/**
 * Reads the form of transformers, `model_type` "mamba" or "mamba2". Its
 * `vocab_size` is the padded one; keys that it does not use are left alone, as
 * transformers does.
 */
export function readTransformersConfig(
  json: Iterable<[string, unknown]>,
  where: string | undefined,
): ConfigFields {
  const reader = new Reader(json, where);
  const modelType = reader.string("model_type");
  if (modelType !== "mamba" && modelType !== "mamba2") {
    throw reader.unsupported(
      "model_type",
      `is ${show(modelType)}, not "mamba" or "mamba2"`,
    );
  }
  const activation = reader.string("hidden_act", "silu");
  if (activation !== "silu" && activation !== "swish") {
    throw reader.unsupported("hidden_act", `is ${show(activation)}, not silu`);
  }
  const mamba2 = modelType === "mamba2";
  const dModel = reader.integer("hidden_size", LIMITS.dModel);
  const fields: ConfigFields = {
    layer: mamba2 ? "Mamba2" : "Mamba1",
    dModel,
    nLayer: reader.integer("num_hidden_layers", LIMITS.nLayer),
    vocabSize: reader.integer("vocab_size", LIMITS.vocabSize),
    padVocabSizeMultiple: 1,
    dInner: mamba2
      ? readMamba2Inner(reader, dModel)
      : readMamba1Inner(reader, dModel),
    dState: reader.integer("state_size", {
      default: mamba2 ? 128 : 16,
      ...LIMITS.dState,
    }),
    dConv: reader.integer("conv_kernel", { default: 4, ...LIMITS.dConv }),
    dtRank: mamba2 ? 0 : readDtRank(reader, "time_step_rank", dModel),
    headdim: mamba2
      ? reader.integer("head_dim", { default: 64, ...LIMITS.headdim })
      : 0,
    ngroups: mamba2
      ? reader.integer("n_groups", { default: 8, ...LIMITS.ngroups })
      : 0,
    chunkSize: mamba2
      ? reader.integer("chunk_size", { default: 256, ...LIMITS.chunkSize })
      : 0,
    tieEmbeddings: reader.boolean("tie_word_embeddings", !mamba2),
    rmsNorm: true,
    residualInFp32: reader.boolean("residual_in_fp32", true),
    fusedAddNorm: true,
    bias: reader.boolean("use_bias", false),
    convBias: reader.boolean("use_conv_bias", true),
    normEpsilon: reader.number("layer_norm_epsilon", {
      default: 1e-5,
      ...LIMITS.normEpsilon,
    }),
    dtLimit: mamba2 ? reader.limit("time_step_limit") : [0, Infinity],
    bosTokenId: reader.tokenId("bos_token_id"),
    eosTokenId: reader.tokenId("eos_token_id"),
  };
  checkFields(fields, reader, {
    dInner: mamba2 ? "expand" : "intermediate_size",
    headdim: "head_dim",
    ngroups: "n_groups",
    dState: "state_size",
  });
  return fields;
}

/** `intermediate_size` wins over `expand`, as in transformers. */
function readMamba1Inner(reader: ConfigReader, dModel: number): number {
  if (reader.has("intermediate_size")) {
    return reader.integer("intermediate_size", LIMITS.dInner);
  }
  const expand = reader.number("expand", { default: 2, ...LIMITS.expand });
  return Math.floor(expand * dModel);
}

function readMamba2Inner(reader: ConfigReader, dModel: number): number {
  const expand = reader.number("expand", { default: 2, ...LIMITS.expand });
  const headdim = reader.integer("head_dim", {
    default: 64,
    ...LIMITS.headdim,
  });
  const nheads = reader.integer("num_heads", {
    default: 128,
    min: 1,
    max: LIMITS.dInner.max,
  });
  if (nheads * headdim !== expand * dModel) {
    throw reader.wrong(
      "num_heads",
      `(${nheads}) × head_dim (${headdim}) must be expand × hidden_size ` +
        `(${expand * dModel})`,
    );
  }
  return nheads * headdim;
}

/** The values that transformers writes for what only shapes initial weights. */
const INITIALISATION = {
  initializer_range: 0.1,
  rescale_prenorm_residual: false,
  time_step_floor: 1e-4,
  time_step_max: 0.1,
  time_step_min: 0.001,
};

/** What a configuration file of transformers holds for these fields. */
export function writeTransformersConfig(
  fields: ConfigFields,
  paddedVocabSize: number,
): Record<string, unknown> {
  const mamba2 = fields.layer === "Mamba2";
  const shared = {
    architectures: [mamba2 ? "Mamba2ForCausalLM" : "MambaForCausalLM"],
    model_type: mamba2 ? "mamba2" : "mamba",
    bos_token_id: fields.bosTokenId ?? 0,
    eos_token_id: fields.eosTokenId ?? 0,
    pad_token_id: 0,
    vocab_size: paddedVocabSize,
    hidden_size: fields.dModel,
    num_hidden_layers: fields.nLayer,
    state_size: fields.dState,
    conv_kernel: fields.dConv,
    expand: fields.dInner / fields.dModel,
    hidden_act: "silu",
    layer_norm_epsilon: fields.normEpsilon,
    residual_in_fp32: fields.residualInFp32,
    tie_word_embeddings: fields.tieEmbeddings,
    use_bias: fields.bias,
    use_cache: true,
    use_conv_bias: fields.convBias,
    ...INITIALISATION,
  };
  return mamba2
    ? {
      ...shared,
      chunk_size: fields.chunkSize,
      head_dim: fields.headdim,
      n_groups: fields.ngroups,
      num_heads: fields.dInner / fields.headdim,
      rms_norm: true,
      time_step_limit: [...fields.dtLimit],
      time_step_rank: Math.ceil(fields.dModel / 16),
    }
    : {
      ...shared,
      intermediate_size: fields.dInner,
      time_step_init_scheme: "random",
      time_step_rank: fields.dtRank,
      time_step_scale: 1,
    };
}
