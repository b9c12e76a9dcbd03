/** The two blocks as plain loops over float64, straight from the formulas. */
import type { MixerParameter } from "../../lib/mod.ts";

type Parameters = Map<string, MixerParameter>;

const silu = (x: number) => x / (1 + Math.exp(-x));
const softplus = (x: number) => x > 20 ? x : Math.log1p(Math.exp(x));

function get(parameters: Parameters, name: string): MixerParameter {
  const parameter = parameters.get(name);
  if (parameter === undefined) throw new Error(`no parameter ${name}`);
  return parameter;
}

/** x (length, columns) times weight (rows, columns) transposed, plus bias. */
function linear(
  x: ArrayLike<number>,
  length: number,
  { shape: [rows, columns], data }: MixerParameter,
  bias?: ArrayLike<number>,
): Float64Array {
  const out = new Float64Array(length * rows!);
  for (let t = 0; t < length; t++) {
    for (let r = 0; r < rows!; r++) {
      let sum = bias?.[r] ?? 0;
      for (let c = 0; c < columns!; c++) {
        sum += x[t * columns! + c]! * data[r * columns! + c]!;
      }
      out[t * rows! + r] = sum;
    }
  }
  return out;
}

/** silu(causal depthwise convolution): x(t, c) → (length, channels). */
function conv(
  x: (t: number, c: number) => number,
  length: number,
  parameters: Parameters,
): Float64Array {
  const weight = get(parameters, "conv1d.weight");
  const bias = get(parameters, "conv1d.bias").data;
  const [channels, , width] = weight.shape as [number, number, number];
  const out = new Float64Array(length * channels);
  for (let t = 0; t < length; t++) {
    for (let c = 0; c < channels; c++) {
      let sum = bias[c]!;
      for (let k = 0; k < width; k++) {
        const from = t - (width - 1) + k;
        if (from >= 0) sum += weight.data[c * width + k]! * x(from, c);
      }
      out[t * channels + c] = silu(sum);
    }
  }
  return out;
}

/** One Mamba block: x (length, dModel) → the same. */
export function mamba1Block(
  x: Float32Array,
  length: number,
  _dModel: number,
  parameters: Parameters,
): Float32Array {
  const aLog = get(parameters, "A_log");
  const [dInner, dState] = aLog.shape as [number, number];
  const xz = linear(x, length, get(parameters, "in_proj.weight"));
  const u = conv((t, c) => xz[t * 2 * dInner + c]!, length, parameters);
  const xProj = get(parameters, "x_proj.weight");
  const width = xProj.shape[0]!;
  const rank = width - 2 * dState;
  const dbl = linear(u, length, xProj);
  const low = Float64Array.from(
    { length: length * rank },
    (_, i) => dbl[Math.floor(i / rank) * width + i % rank]!,
  );
  const dt = linear(
    low,
    length,
    get(parameters, "dt_proj.weight"),
    get(parameters, "dt_proj.bias").data,
  ).map(softplus);
  const skip = get(parameters, "D").data;
  const y = new Float64Array(length * dInner);
  const h = new Float64Array(dInner * dState);
  for (let t = 0; t < length; t++) {
    for (let d = 0; d < dInner; d++) {
      const step = dt[t * dInner + d]!;
      const input = u[t * dInner + d]!;
      let sum = skip[d]! * input;
      for (let n = 0; n < dState; n++) {
        const i = d * dState + n;
        const a = -Math.exp(aLog.data[i]!);
        h[i] = Math.exp(step * a) * h[i]! +
          step * dbl[t * width + rank + n]! * input;
        sum += dbl[t * width + rank + dState + n]! * h[i]!;
      }
      y[t * dInner + d] = sum * silu(xz[t * 2 * dInner + dInner + d]!);
    }
  }
  return Float32Array.from(
    linear(y, length, get(parameters, "out_proj.weight")),
  );
}

/** One Mamba 2 block: x (length, dModel) → the same. */
export function mamba2Block(
  x: Float32Array,
  length: number,
  _dModel: number,
  parameters: Parameters,
): Float32Array {
  const heads = get(parameters, "A_log").shape[0]!;
  const dInner = get(parameters, "norm.weight").shape[0]!;
  const channels = get(parameters, "conv1d.weight").shape[0]!;
  const headdim = dInner / heads;
  const groups = 2;
  const dState = (channels - dInner) / (2 * groups);
  const width = dInner + channels + heads;
  const zxbcdt = linear(x, length, get(parameters, "in_proj.weight"));
  const xbc = conv(
    (t, c) => zxbcdt[t * width + dInner + c]!,
    length,
    parameters,
  );
  const bias = get(parameters, "dt_bias").data;
  const aLog = get(parameters, "A_log").data;
  const skip = get(parameters, "D").data;
  const y = new Float64Array(length * dInner);
  const h = new Float64Array(dInner * dState);
  for (let t = 0; t < length; t++) {
    for (let p = 0; p < dInner; p++) {
      const head = Math.floor(p / headdim);
      const group = Math.floor(head / (heads / groups));
      const dt = softplus(
        zxbcdt[t * width + dInner + channels + head]! + bias[head]!,
      );
      const decay = Math.exp(-dt * Math.exp(aLog[head]!));
      const input = xbc[t * channels + p]!;
      let sum = skip[head]! * input;
      for (let n = 0; n < dState; n++) {
        const b = xbc[t * channels + dInner + group * dState + n]!;
        const c = xbc[t * channels + dInner + (groups + group) * dState + n]!;
        h[p * dState + n] = decay * h[p * dState + n]! + dt * b * input;
        sum += c * h[p * dState + n]!;
      }
      y[t * dInner + p] = sum * silu(zxbcdt[t * width + p]!);
    }
  }
  return Float32Array.from(linear(
    groupNorm(y, length, dInner, groups, get(parameters, "norm.weight").data),
    length,
    get(parameters, "out_proj.weight"),
  ));
}

function groupNorm(
  y: Float64Array,
  length: number,
  dInner: number,
  groups: number,
  weight: Float32Array,
): Float64Array {
  const size = dInner / groups;
  const out = new Float64Array(y.length);
  for (let start = 0; start < length * dInner; start += size) {
    const part = y.subarray(start, start + size);
    const mean = part.reduce((sum, v) => sum + v * v, 0) / size;
    const scale = 1 / Math.sqrt(mean + 1e-5);
    part.forEach((v, i) => {
      out[start + i] = v * scale * weight[(start + i) % dInner]!;
    });
  }
  return out;
}
