import { MambaError } from "../api/mamba_error.ts";
import type { ConfigFields, LayerName } from "./config_fields.ts";
import { ConfigReader, show } from "./config_reader.ts";
import { isJsonObject } from "./json_text.ts";
import { readStateSpacesConfig } from "./state_spaces_config.ts";
import { expectedTensors, type TensorShape } from "./tensor_list.ts";
import {
  readTransformersConfig,
  writeTransformersConfig,
} from "./transformers_config.ts";

/**
 * The configuration of a Mamba or Mamba 2 language model: checked, with every
 * default filled in, and unchangeable.
 *
 * @example
 * ```ts
 * import { MambaConfig } from "./model_config.ts";
 * const config = MambaConfig.from({ dModel: 64, nLayer: 2, vocabSize: 97 });
 * console.log(config.dInner, config.paddedVocabSize); // 128 104
 * ```
 */
export class MambaConfig {
  /** Which layer the model is made of. */
  readonly layer: LayerName;
  /** Width of the model. */
  readonly dModel: number;
  /** Number of layers. */
  readonly nLayer: number;
  /** Ids from 0 up to this one, exclusive, mean something. */
  readonly vocabSize: number;
  /** Rows of the embedding: `vocabSize` rounded up to `padVocabSizeMultiple`. */
  readonly paddedVocabSize: number;
  /** What the embedding's rows are a multiple of. */
  readonly padVocabSizeMultiple: number;
  /** Width inside a layer. */
  readonly dInner: number;
  /** Size of the state per channel. */
  readonly dState: number;
  /** Width of the convolution. */
  readonly dConv: number;
  /** `dInner` / `dModel`. */
  readonly expand: number;
  /** Rank of the dt projection; 0 in Mamba 2. */
  readonly dtRank: number;
  /** Channels of a head; 0 in Mamba 1. */
  readonly headdim: number;
  /** Number of heads; 0 in Mamba 1. */
  readonly nheads: number;
  /** Number of B/C groups; 0 in Mamba 1. */
  readonly ngroups: number;
  /** Tokens of a chunk in training code; 0 in Mamba 1. Changes no result. */
  readonly chunkSize: number;
  /** Whether the head is the embedding. */
  readonly tieEmbeddings: boolean;
  /** RMSNorm without bias, or LayerNorm with bias. */
  readonly rmsNorm: boolean;
  /** Kept for writing; the residual is always fp32 here. */
  readonly residualInFp32: boolean;
  /** Kept for writing; changes no result. */
  readonly fusedAddNorm: boolean;
  /** Whether `in_proj` and `out_proj` have a bias. */
  readonly bias: boolean;
  /** Whether `conv1d` has a bias. */
  readonly convBias: boolean;
  /** Epsilon of every norm. */
  readonly normEpsilon: number;
  /** Mamba 2: dt after the softplus is clamped to this. */
  readonly dtLimit: readonly [number, number];
  /** The id that begins a text, if the configuration has one. */
  readonly bosTokenId?: number;
  /** The id that ends a text, if the configuration has one. */
  readonly eosTokenId?: number;

  private constructor(fields: ConfigFields) {
    const multiple = fields.padVocabSizeMultiple;
    this.layer = fields.layer;
    this.dModel = fields.dModel;
    this.nLayer = fields.nLayer;
    this.vocabSize = fields.vocabSize;
    this.paddedVocabSize = Math.ceil(fields.vocabSize / multiple) * multiple;
    this.padVocabSizeMultiple = multiple;
    this.dInner = fields.dInner;
    this.dState = fields.dState;
    this.dConv = fields.dConv;
    this.expand = exactRatio(fields.dInner, fields.dModel);
    this.dtRank = fields.dtRank;
    this.headdim = fields.headdim;
    this.nheads = fields.headdim === 0 ? 0 : fields.dInner / fields.headdim;
    this.ngroups = fields.ngroups;
    this.chunkSize = fields.chunkSize;
    this.tieEmbeddings = fields.tieEmbeddings;
    this.rmsNorm = fields.rmsNorm;
    this.residualInFp32 = fields.residualInFp32;
    this.fusedAddNorm = fields.fusedAddNorm;
    this.bias = fields.bias;
    this.convBias = fields.convBias;
    this.normEpsilon = fields.normEpsilon;
    this.dtLimit = Object.freeze([...fields.dtLimit] as const);
    if (fields.bosTokenId !== undefined) this.bosTokenId = fields.bosTokenId;
    if (fields.eosTokenId !== undefined) this.eosTokenId = fields.eosTokenId;
    Object.freeze(this);
  }

  /**
   * Reads a configuration in the state-spaces form (`d_model`, `ssm_cfg`, …),
   * the same in camelCase (`dModel`, with `dState`, `headdim`, … at the top or
   * in `ssmCfg`), or the transformers form (`model_type` mamba or mamba2).
   * A `MambaConfig` comes back as it is.
   *
   * @param where The file it came from; absent for a caller's own object.
   * @throws {MambaError} `invalid_checkpoint` (with `where`) or
   * `invalid_argument`, naming the key; `unsupported` for other architectures.
   */
  static from(json: unknown, where?: string): MambaConfig {
    if (json instanceof MambaConfig) return json;
    const entries = isJsonObject(json) ? Object.entries(json) : [];
    const reader = new ConfigReader(entries, where);
    if (!isJsonObject(json)) {
      throw reader.wrong("itself", `must be an object, not ${show(json)}`);
    }
    return new MambaConfig(
      isTransformersForm(reader)
        ? readTransformersConfig(entries, where)
        : readStateSpacesConfig(entries, where),
    );
  }

  /**
   * The configuration as the official code reads it, `MambaConfig(**json)`.
   *
   * @throws {MambaError} `unsupported` if that form cannot say it.
   */
  toStateSpaces(): Record<string, unknown> {
    if (this.normEpsilon !== 1e-5) {
      throw this.#cannotWrite("state-spaces", "normEpsilon other than 1e-5");
    }
    const clamps = this.dtLimit[0] !== 0 || this.dtLimit[1] !== Infinity;
    const own = this.layer === "Mamba1" ? { dt_rank: this.dtRank } : {
      headdim: this.headdim,
      ngroups: this.ngroups,
      chunk_size: this.chunkSize,
      ...(clamps ? { dt_limit: [...this.dtLimit] } : {}),
    };
    return {
      d_model: this.dModel,
      d_intermediate: 0,
      n_layer: this.nLayer,
      vocab_size: this.vocabSize,
      ssm_cfg: {
        layer: this.layer,
        d_state: this.dState,
        d_conv: this.dConv,
        expand: this.expand,
        ...own,
        bias: this.bias,
        conv_bias: this.convBias,
      },
      attn_layer_idx: [],
      attn_cfg: {},
      rms_norm: this.rmsNorm,
      residual_in_fp32: this.residualInFp32,
      fused_add_norm: this.fusedAddNorm,
      pad_vocab_size_multiple: this.padVocabSizeMultiple,
      tie_embeddings: this.tieEmbeddings,
    };
  }

  /**
   * The configuration as transformers writes it for `MambaForCausalLM` or
   * `Mamba2ForCausalLM`. Its `vocab_size` is the padded one.
   *
   * @throws {MambaError} `unsupported` if that form cannot say it.
   */
  toTransformers(): Record<string, unknown> {
    if (!this.rmsNorm) {
      throw this.#cannotWrite("transformers", "LayerNorm (rmsNorm false)");
    }
    return writeTransformersConfig({
      ...this,
      bosTokenId: this.bosTokenId,
      eosTokenId: this.eosTokenId,
    }, this.paddedVocabSize);
  }

  #cannotWrite(form: string, what: string): MambaError {
    return new MambaError(
      "unsupported",
      `Cannot write the configuration: the ${form} form has no ${what}`,
      { hint: "Save in the other form." },
    );
  }

  /** Channels of the convolution: x alone, or x, B and C together. */
  get convChannels(): number {
    return this.layer === "Mamba1"
      ? this.dInner
      : this.dInner + 2 * this.ngroups * this.dState;
  }

  /** Rows of `in_proj`: x and z, or z, x, B, C and dt. */
  get inProjRows(): number {
    return this.layer === "Mamba1"
      ? 2 * this.dInner
      : this.dInner + this.convChannels + this.nheads;
  }

  /**
   * Every tensor that a checkpoint must have, by its official name; the list
   * has `lm_head.weight` only if it is not tied to the embedding.
   */
  tensors(): TensorShape[] {
    return expectedTensors(this);
  }
}

/**
 * Transformers' configurations name their `model_type`; a few state-spaces
 * ones do too, but have none of the sizes under transformers' names.
 */
function isTransformersForm(reader: ConfigReader): boolean {
  const own = ["d_model", "dModel"].some((key) => reader.has(key));
  return reader.has("hidden_size") || (reader.has("model_type") && !own);
}

/** a / b, such that floor(ratio · b) is a again. */
function exactRatio(a: number, b: number): number {
  let ratio = a / b;
  while (Math.floor(ratio * b) < a) ratio *= 1 + Number.EPSILON;
  return ratio;
}
