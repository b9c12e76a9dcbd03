import type { DtypeName } from "../api/device_info.ts";
import {
  compareDtypes,
  type DtypeComparison,
} from "../engine/compare_dtypes.ts";
import { MambaLMHeadModel } from "../engine/mamba_lm_head_model.ts";
import type { DeviceOptions } from "../engine/model_options.ts";
import { alignColumns, formatBytes, toJson } from "./format.ts";
import type { Terminal } from "./terminal.ts";

/** What `ppl --compare` compares. */
export interface PplComparison {
  model: string;
  directory: string;
  text: string;
  maxTokens: number | undefined;
  device: DeviceOptions;
  json: boolean;
}

/** What f32 is compared with if no `--dtype` says otherwise. */
const QUANTISED: readonly DtypeName[] = ["q8", "q4"];

/** `ppl --compare`: what a format of the weights costs, beside f32. */
export async function comparePpl(
  { model, directory, text, maxTokens, device, json }: PplComparison,
  terminal: Terminal,
): Promise<number> {
  using interrupt = terminal.catchInterrupt();
  const { signal } = interrupt;
  const { dtype, ...rest } = device;
  const load = (dtype: DtypeName) => {
    terminal.progress(`loading in ${dtype}`);
    return MambaLMHeadModel.fromPretrained(directory, {
      ...rest,
      dtype,
      signal,
    });
  };
  const first = await load("f32");
  const ids = (await first.encode(text, { signal })).slice(0, maxTokens);
  const results = await compareDtypes({
    dtypes: ["f32", ...dtype === undefined ? QUANTISED : [dtype]],
    load: (dtype) => dtype === "f32" ? Promise.resolve(first) : load(dtype),
    ids,
    signal,
    onProgress: (done, total) =>
      terminal.progress(`reading ${Math.floor(100 * done / total)} %`),
  });
  await terminal.write(
    json ? toJson({ model, device: first.device, results }) : inWords(results),
  );
  return 0;
}

function inWords(results: readonly DtypeComparison[]): string {
  const head = ["dtype", "weights", "perplexity", "mean KL", "same top"];
  const rows = results.map((result, i) => [
    result.dtype,
    formatBytes(result.weightBytes),
    result.measured.perplexity.toPrecision(5),
    i === 0
      ? "-"
      : `${result.kl.toExponential(2)} ± ${result.klError.toExponential(0)}`,
    i === 0 ? "-" : `${(100 * result.sameTop).toFixed(2)} %`,
  ]);
  return alignColumns([head, ...rows]).map((line) => `${line}\n`).join("");
}
