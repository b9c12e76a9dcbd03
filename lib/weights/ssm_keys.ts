import type { LayerName } from "./config_fields.ts";

/** Keys that only shape the initial weights, the speed or where it runs. */
const HARMLESS = "dt_min dt_max dt_init_floor layer_idx device dtype";

/**
 * Every key of `ssm_cfg` that is known. One that is not might change the
 * results, so it is refused by name; a known one that would is checked.
 */
export const SSM_KEYS: Record<LayerName, ReadonlySet<string>> = {
  Mamba1: keys(
    "layer d_state d_conv expand dt_rank bias conv_bias",
    "dt_init dt_scale use_fast_path",
  ),
  Mamba2: keys(
    "layer d_state d_conv expand headdim ngroups chunk_size bias conv_bias",
    "dt_limit d_ssm rmsnorm norm_before_gate D_has_hdim activation",
    "A_init_range conv_init use_mem_eff_path sequence_parallel process_group",
  ),
};

function keys(...lists: string[]): ReadonlySet<string> {
  return new Set([...lists, HARMLESS].join(" ").split(" "));
}
