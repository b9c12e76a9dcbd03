import { MambaError } from "../../api/mamba_error.ts";
import type { MambaLMHeadModel } from "../../engine/mamba_lm_head_model.ts";
import type { NativeTensor } from "../../native/model.ts";
import {
  isMatrix,
  type MambaConfig,
  quantisedShapes,
} from "../../weights/mod.ts";
import { GGUF_TYPES, type GgufType } from "./gguf_types.ts";
import { type GgufTensor, type GgufValue, writeGguf } from "./gguf_writer.ts";

/**
 * Writes a model as llama.cpp's own converter lays one out. The file has no
 * tokenizer: llama.cpp then takes and gives ids.
 *
 * @param model with its weights in f32
 * @param type of in_proj, out_proj and the head, but where Q4_0 becomes Q8_0
 */
export async function writeMambaGguf(
  path: string,
  model: MambaLMHeadModel,
  type: GgufType,
): Promise<void> {
  const { config } = model;
  const quantised = type === "Q8_0" || type === "Q4_0"
    ? quantisedShapes(config, type === "Q8_0" ? "Q8" : "Q4")
    : undefined;
  const tensors = model.tensors().map((tensor) =>
    toGguf(tensor, {
      config,
      type,
      quantised,
      read: () => new Float32Array(model.native.readTensor(tensor).buffer),
    })
  );
  await writeGguf(path, metadataOf(config, type), tensors);
}

const EMBEDDING = "backbone.embedding.weight";
const HEAD = "lm_head.weight";

/** Names inside a layer, here and there; `…weight` and `…bias` alike. */
const LAYER_NAMES: Readonly<Record<string, string>> = {
  "norm": "attn_norm",
  "mixer.in_proj": "ssm_in",
  "mixer.conv1d": "ssm_conv1d",
  "mixer.x_proj": "ssm_x",
  "mixer.dt_proj": "ssm_dt",
  "mixer.norm": "ssm_norm",
  "mixer.out_proj": "ssm_out",
};

/** Names that are whole. */
const WHOLE_NAMES: Readonly<Record<string, string>> = {
  [EMBEDDING]: "token_embd.weight",
  "backbone.norm_f.weight": "output_norm.weight",
  [HEAD]: "output.weight",
  "mixer.A_log": "ssm_a",
  "mixer.D": "ssm_d",
  "mixer.dt_bias": "ssm_dt.bias",
};

/** What a tensor of an official checkpoint is called in a GGUF file. */
export function ggufName(name: string): string {
  const whole = WHOLE_NAMES[name];
  if (whole !== undefined) return whole;
  const [, layer, inner = ""] = /^backbone\.layers\.(\d+)\.(.+)$/.exec(name) ??
    [];
  const [, stem = "", end = ""] = /^(.+)\.(weight|bias)$/.exec(inner) ?? [];
  const known = WHOLE_NAMES[inner] ??
    (LAYER_NAMES[stem] && `${LAYER_NAMES[stem]}.${end}`);
  if (layer === undefined || known === undefined) {
    throw new MambaError(
      "unsupported",
      `Cannot write a GGUF file: it has no name for ${name}`,
    );
  }
  return `blk.${layer}.${known}`;
}

interface Source {
  config: MambaConfig;
  type: GgufType;
  /** What is quantised, if `type` is such a format. */
  quantised: ReturnType<typeof quantisedShapes> | undefined;
  read: () => Float32Array<ArrayBuffer>;
}

function toGguf(tensor: NativeTensor, source: Source): GgufTensor {
  const { read } = source;
  const isA = tensor.name.endsWith(".A_log");
  return {
    name: ggufName(tensor.name),
    type: typeOf(tensor, source),
    dimensions: dimensionsOf(tensor, source.config),
    weights: isA ? () => read().map((x) => -Math.exp(x)) : read,
  };
}

/** Formats as this library keeps them. */
function typeOf(
  { name }: NativeTensor,
  { type, quantised }: Source,
): GgufType {
  if (!isMatrix(name)) return "F32";
  if (quantised === undefined) return type;
  const kept = quantised.get(name)?.dtype;
  return kept === undefined ? "F16" : `${kept}_0`;
}

/** The shape backwards, as ggml wants it. */
function dimensionsOf(
  { name, shape }: NativeTensor,
  { layer, ngroups }: MambaConfig,
): number[] {
  const [rows = 1, ...others] = shape;
  if (name.endsWith("conv1d.weight")) return [others.at(-1)!, rows];
  if (layer === "Mamba2") {
    // A number for each head, to be multiplied with all of it.
    if (/\.(A_log|D)$/.test(name)) return [1, rows];
    if (name.endsWith("mixer.norm.weight")) return [rows / ngroups, ngroups];
  }
  return shape.toReversed();
}

function metadataOf(
  config: MambaConfig,
  type: GgufType,
): Record<string, GgufValue> {
  const name = config.layer === "Mamba1" ? "mamba" : "mamba2";
  const values: Record<string, GgufValue> = {
    "context_length": 2 ** 20,
    "embedding_length": config.dModel,
    "feed_forward_length": 0,
    "attention.head_count": 0,
    "block_count": config.nLayer,
    "vocab_size": config.paddedVocabSize,
    "ssm.conv_kernel": config.dConv,
    "ssm.inner_size": config.dInner,
    "ssm.state_size": config.dState,
    "attention.layer_norm_rms_epsilon": { float: config.normEpsilon },
    ...config.layer === "Mamba1"
      ? { "ssm.time_step_rank": config.dtRank, "ssm.dt_b_c_rms": false }
      : {
        "ssm.time_step_rank": config.dInner / config.headdim,
        "ssm.group_count": config.ngroups,
      },
  };
  return {
    "general.architecture": name,
    "general.name": "random weights",
    "general.file_type": GGUF_TYPES[type].fileType,
    ...Object.fromEntries(
      Object.entries(values).map(([key, value]) => [`${name}.${key}`, value]),
    ),
    "tokenizer.ggml.model": "no_vocab",
  };
}
