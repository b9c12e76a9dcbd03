import type { MambaConfig } from "./model_config.ts";

/** A tensor that a checkpoint must have. */
export interface TensorShape {
  /** The official name, as `backbone.layers.0.mixer.A_log`. */
  readonly name: string;
  /** Rows first. */
  readonly shape: readonly number[];
}

/** Every tensor of a model by official name, in the order of the C ABI. */
export function expectedTensors(config: MambaConfig): TensorShape[] {
  const { dModel, nLayer, paddedVocabSize, rmsNorm, tieEmbeddings } = config;
  const list: TensorShape[] = [];
  const add = (name: string, ...shape: number[]) => list.push({ name, shape });
  const addNorm = (name: string) => {
    add(`${name}.weight`, dModel);
    if (!rmsNorm) add(`${name}.bias`, dModel);
  };
  add("backbone.embedding.weight", paddedVocabSize, dModel);
  for (let i = 0; i < nLayer; i++) {
    addNorm(`backbone.layers.${i}.norm`);
    addMixer(config, (name, ...shape) => {
      add(`backbone.layers.${i}.mixer.${name}`, ...shape);
    });
  }
  addNorm("backbone.norm_f");
  if (!tieEmbeddings) add("lm_head.weight", paddedVocabSize, dModel);
  return list;
}

function addMixer(
  config: MambaConfig,
  add: (name: string, ...shape: number[]) => void,
): void {
  const { dModel, dInner, dState, dConv, dtRank, nheads } = config;
  const { convChannels, inProjRows, bias, convBias } = config;
  add("in_proj.weight", inProjRows, dModel);
  if (bias) add("in_proj.bias", inProjRows);
  add("conv1d.weight", convChannels, 1, dConv);
  if (convBias) add("conv1d.bias", convChannels);
  if (config.layer === "Mamba1") {
    add("x_proj.weight", dtRank + 2 * dState, dInner);
    add("dt_proj.weight", dInner, dtRank);
    add("dt_proj.bias", dInner);
    add("A_log", dInner, dState);
    add("D", dInner);
  } else {
    add("dt_bias", nheads);
    add("A_log", nheads);
    add("D", nheads);
    add("norm.weight", dInner);
  }
  add("out_proj.weight", dModel, dInner);
  if (bias) add("out_proj.bias", dModel);
}
