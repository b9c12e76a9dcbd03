import type { ConfigReader } from "./config_reader.ts";
import { ConfigReader as Reader, show } from "./config_reader.ts";
import {
  checkFields,
  type ConfigFields,
  type LayerName,
  LIMITS,
  readDtRank,
} from "./config_fields.ts";
import { isJsonObject } from "./json_text.ts";
import { QUANTIZATION_KEY } from "./quantization.ts";
import { SSM_KEYS } from "./ssm_keys.ts";

/** Keys of the configuration itself. */
const TOP_KEYS = new Set([
  "d_model",
  "d_intermediate",
  "n_layer",
  "vocab_size",
  "ssm_cfg",
  "attn_layer_idx",
  "attn_cfg",
  "rms_norm",
  "residual_in_fp32",
  "fused_add_norm",
  "pad_vocab_size_multiple",
  "tie_embeddings",
  "norm_epsilon",
  "bos_token_id",
  "eos_token_id",
]);

/** Keys that describe the file, not the model. */
const DESCRIPTIVE_KEYS = new Set([
  "architectures",
  "model_type",
  "pad_token_id",
  "torch_dtype",
  "dtype",
  "transformers_version",
  QUANTIZATION_KEY,
]);

/** Names that a `MambaConfig` has beside those of the file, spread into an object. */
const DERIVED_KEYS = ["d_inner", "nheads", "padded_vocab_size"];

/**
 * Reads the state-spaces form, `{d_model, n_layer, vocab_size, ssm_cfg, …}`,
 * or the same in camelCase; keys of `ssm_cfg` may also stand at the top.
 */
export function readStateSpacesConfig(
  json: Iterable<[string, unknown]>,
  where: string | undefined,
): ConfigFields {
  const top = new Reader(snakeKeys(json, where), where);
  const ssm = readSsmConfig(top, where);
  const layer = readLayer(ssm);
  dropUnused(ssm, layer);
  refuseUnknownKeys(top, ssm, layer);
  refuseAttention(top);

  const dModel = top.integer("d_model", LIMITS.dModel);
  const expand = ssm.number("expand", { default: 2, ...LIMITS.expand });
  const mamba2 = layer === "Mamba2";
  const fields: ConfigFields = {
    layer,
    dModel,
    nLayer: top.integer("n_layer", LIMITS.nLayer),
    vocabSize: top.integer("vocab_size", LIMITS.vocabSize),
    padVocabSizeMultiple: top.integer("pad_vocab_size_multiple", {
      default: 8,
      ...LIMITS.padVocabSizeMultiple,
    }),
    dInner: Math.floor(expand * dModel),
    dState: ssm.integer("d_state", {
      default: mamba2 ? 128 : 16,
      ...LIMITS.dState,
    }),
    dConv: ssm.integer("d_conv", { default: 4, ...LIMITS.dConv }),
    dtRank: mamba2 ? 0 : readDtRank(ssm, "dt_rank", dModel),
    headdim: mamba2
      ? ssm.integer("headdim", { default: 64, ...LIMITS.headdim })
      : 0,
    ngroups: mamba2
      ? ssm.integer("ngroups", { default: 1, ...LIMITS.ngroups })
      : 0,
    chunkSize: mamba2
      ? ssm.integer("chunk_size", { default: 256, ...LIMITS.chunkSize })
      : 0,
    tieEmbeddings: top.boolean("tie_embeddings", true),
    rmsNorm: top.boolean("rms_norm", true),
    residualInFp32: top.boolean("residual_in_fp32", true),
    fusedAddNorm: top.boolean("fused_add_norm", true),
    bias: ssm.boolean("bias", false),
    convBias: ssm.boolean("conv_bias", true),
    normEpsilon: top.number("norm_epsilon", {
      default: 1e-5,
      ...LIMITS.normEpsilon,
    }),
    dtLimit: ssm.limit("dt_limit"),
    bosTokenId: top.tokenId("bos_token_id"),
    eosTokenId: top.tokenId("eos_token_id"),
  };
  if (mamba2) refuseMamba2Variants(ssm, fields.dInner, expand * dModel);
  checkFields(fields, ssm, {
    dInner: "expand",
    headdim: "headdim",
    ngroups: "ngroups",
    dState: "d_state",
  });
  checkDerived(top, fields);
  return fields;
}

/** `dModel` as `d_model`; names that already have an underscore stay. */
function snakeKeys(
  json: Iterable<[string, unknown]>,
  where: string | undefined,
): Map<string, unknown> {
  const snake = new Map<string, unknown>();
  for (const [key, value] of json) {
    const name = /^[a-z][A-Za-z0-9]*$/.test(key)
      ? key.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase())
      : key;
    if (snake.has(name)) {
      throw new Reader([], where).wrong(name, "is there twice");
    }
    if (value !== undefined) snake.set(name, value);
  }
  return snake;
}

/** The keys of `ssm_cfg`, and those that stand at the top instead. */
function readSsmConfig(
  top: ConfigReader,
  where: string | undefined,
): ConfigReader {
  const value = top.get("ssm_cfg") ?? {};
  if (!isJsonObject(value)) {
    throw top.wrong("ssm_cfg", `must be an object, not ${show(value)}`);
  }
  const entries = snakeKeys(Object.entries(value), where);
  for (const key of top.keys()) {
    if (!SSM_KEYS.Mamba1.has(key) && !SSM_KEYS.Mamba2.has(key)) continue;
    if (TOP_KEYS.has(key) || DESCRIPTIVE_KEYS.has(key)) continue;
    if (entries.has(key)) throw top.wrong(key, "is there and in ssm_cfg");
    entries.set(key, top.get(key));
    top.set(key, undefined);
  }
  return new Reader(entries, where, "ssm_cfg.");
}

function readLayer(ssm: ConfigReader): LayerName {
  const layer = ssm.string("layer", "Mamba1");
  if (layer === "Mamba1" || layer === "Mamba2") return layer;
  throw ssm.unsupported("layer", `is ${show(layer)}, not "Mamba1" or "Mamba2"`);
}

/** A spread `MambaConfig` has 0 where the other layer has a number. */
function dropUnused(ssm: ConfigReader, layer: LayerName): void {
  const others = layer === "Mamba1"
    ? ["headdim", "ngroups", "chunk_size"]
    : ["dt_rank"];
  for (const key of others) if (ssm.get(key) === 0) ssm.set(key, undefined);
  if (layer === "Mamba2") return;
  const limit = ssm.get("dt_limit");
  if (Array.isArray(limit) && limit[0] === 0 && limit[1] === Infinity) {
    ssm.set("dt_limit", undefined);
  }
}

function refuseUnknownKeys(
  top: ConfigReader,
  ssm: ConfigReader,
  layer: LayerName,
): void {
  const unknown = top.keys().find((key) =>
    !TOP_KEYS.has(key) && !DESCRIPTIVE_KEYS.has(key) &&
    !DERIVED_KEYS.includes(key) && !/^_[a-z]/.test(key)
  );
  if (unknown !== undefined) {
    throw top.unsupported(show(unknown), "is not known");
  }
  const unknownSsm = ssm.keys().find((key) => !SSM_KEYS[layer].has(key));
  if (unknownSsm !== undefined) {
    throw ssm.unsupported(show(unknownSsm), `is not known in ${layer}`);
  }
}

function refuseAttention(top: ConfigReader): void {
  if (top.integer("d_intermediate", { default: 0, min: 0, max: 1e9 }) > 0) {
    throw top.unsupported("d_intermediate", "above 0 adds MLP layers");
  }
  const layers = top.get("attn_layer_idx") ?? [];
  if (!Array.isArray(layers)) {
    throw top.wrong("attn_layer_idx", `must be an array, not ${show(layers)}`);
  }
  if (layers.length > 0) {
    throw top.unsupported("attn_layer_idx", "adds attention layers");
  }
  const attention = top.get("attn_cfg") ?? {};
  if (!isJsonObject(attention)) {
    throw top.wrong("attn_cfg", `must be an object, not ${show(attention)}`);
  }
}

function refuseMamba2Variants(
  ssm: ConfigReader,
  dInner: number,
  exact: number,
): void {
  if (dInner !== exact) {
    throw ssm.wrong("expand", `gives ${exact} inner channels`);
  }
  const dSsm = ssm.get("d_ssm") ?? dInner;
  if (dSsm !== dInner) {
    throw ssm.unsupported("d_ssm", `is ${show(dSsm)}, not d_inner (${dInner})`);
  }
  if (!ssm.boolean("rmsnorm", true)) {
    throw ssm.unsupported("rmsnorm", "false leaves out the gated norm");
  }
  if (ssm.boolean("norm_before_gate", false)) {
    throw ssm.unsupported("norm_before_gate", "true is not implemented");
  }
  if (ssm.boolean("D_has_hdim", false)) {
    throw ssm.unsupported("D_has_hdim", "true is not implemented");
  }
  const activation = ssm.string("activation", "swish");
  if (activation !== "swish" && activation !== "silu") {
    throw ssm.unsupported("activation", `is ${show(activation)}, not "swish"`);
  }
}

function checkDerived(top: ConfigReader, fields: ConfigFields): void {
  const multiple = fields.padVocabSizeMultiple;
  const derived: Record<string, number> = {
    d_inner: fields.dInner,
    nheads: fields.headdim === 0 ? 0 : fields.dInner / fields.headdim,
    padded_vocab_size: Math.ceil(fields.vocabSize / multiple) * multiple,
  };
  for (const [key, value] of Object.entries(derived)) {
    if (top.has(key) && top.get(key) !== value) {
      throw top.wrong(
        key,
        `is ${show(top.get(key))}, but the rest makes it ${value}`,
      );
    }
  }
}
