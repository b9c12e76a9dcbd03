import { cannotLoad } from "../api/load_error.ts";
import { show } from "./config_reader.ts";
import { isJsonObject } from "./json_text.ts";
import type { MambaConfig } from "./model_config.ts";

/** The quantised formats, as `metal/quant/layout.h` lays them out. */
export type QuantisedDtype = "Q8" | "Q4";

/** The key of `config.json` that describes quantised weights. */
export const QUANTIZATION_KEY = "quantization";

const FORMAT = "fresh-mamba-2";
const BLOCK = 32;
const TILE = 64;
const PANEL = 16;
const FIRST_LAYER = "backbone.layers.0.";

/** Whether a tensor's format is a quantised one. */
export function isQuantised(dtype: string): dtype is QuantisedDtype {
  return dtype === "Q8" || dtype === "Q4";
}

/**
 * What `config.json` says of its weights: blocks of 32 weights with a scale, in
 * panels of 16 rows; the head and the first layer in q8, whatever `dtype` is.
 * The tensors that it is about are stored as U8 and have as many bytes as
 * {@linkcode quantisedBytes} says.
 */
export function describeQuantization(
  dtype: QuantisedDtype,
): Record<string, unknown> {
  return { format: FORMAT, dtype: dtype.toLowerCase(), block_size: BLOCK };
}

/**
 * Reads what {@linkcode describeQuantization} made.
 *
 * @returns undefined if the configuration says nothing
 * @throws {MambaError} `unsupported` for other formats
 */
export function readQuantization(
  json: unknown,
  path: string,
): QuantisedDtype | undefined {
  const value = isJsonObject(json) ? json[QUANTIZATION_KEY] : undefined;
  if (value === undefined) return undefined;
  const dtype = isJsonObject(value) ? value["dtype"] : undefined;
  const known = isJsonObject(value) && value["format"] === FORMAT &&
    value["block_size"] === BLOCK && (dtype === "q8" || dtype === "q4");
  if (known) return dtype === "q8" ? "Q8" : "Q4";
  throw cannotLoad(
    path,
    `${QUANTIZATION_KEY} is ${show(value)}, which is no format of this version`,
    {
      code: "unsupported",
      hint: "Convert the original model again: mamba convert.",
    },
  );
}

/** How a tensor is quantised. */
export interface QuantisedShape {
  readonly dtype: QuantisedDtype;
  readonly shape: readonly number[];
  /** The last rows, which are f16. */
  readonly tail: number;
}

/**
 * The tensors of a model that are quantised, by name; the head and the first
 * layer in 8 bits, as `metal/core/tensor_specs.cpp` has them.
 */
export function quantisedShapes(
  config: MambaConfig,
  dtype: QuantisedDtype,
): Map<string, QuantisedShape> {
  const shapes = new Map<string, QuantisedShape>();
  for (const { name, shape } of config.tensors()) {
    const head = config.tieEmbeddings
      ? "backbone.embedding.weight"
      : "lm_head.weight";
    const inProj = name.endsWith("mixer.in_proj.weight");
    if (name === head) {
      shapes.set(name, { dtype: "Q8", shape, tail: 0 });
    } else if (inProj || name.endsWith("mixer.out_proj.weight")) {
      // The rows of dt stay in f16; Mamba 1 has none there.
      shapes.set(name, {
        dtype: name.startsWith(FIRST_LAYER) ? "Q8" : dtype,
        shape,
        tail: inProj ? config.nheads : 0,
      });
    }
  }
  return shapes;
}

/** Bytes of a quantised matrix: panels, the tail, and what fills up 64. */
export function quantisedBytes(
  { dtype, shape: [rows = 0, cols = 0], tail }: QuantisedShape,
): number {
  const tiles = Math.ceil(cols / TILE);
  const panels = Math.ceil((rows - tail) / PANEL);
  const weights = panels * PANEL * tiles * TILE;
  const bytes = weights / BLOCK * (dtype === "Q8" ? 34 : 18) + tail * cols * 2;
  return Math.ceil(bytes / 64) * 64;
}
