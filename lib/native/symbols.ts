/**
 * The C ABI of `metal/include/mamba.h`, one entry per function, same order.
 *
 * `nonblocking` costs about 13 µs a call against 0.04 µs, so only what takes
 * longer than that runs off the main thread.
 */

/** `char *error, uint64_t error_capacity`, the last two of nearly every call. */
export const ERROR = ["buffer", "u64"] as const;

/** The functions of libmamba as `Deno.dlopen` wants them described. */
export const SYMBOLS = {
  mamba_abi_version: { parameters: [], result: "u32" },
  mamba_devices_describe: {
    parameters: ["buffer", "u64", "buffer", ...ERROR],
    result: "i32",
  },
  mamba_device_test: {
    parameters: ["buffer", "buffer", "u64", "buffer", ...ERROR],
    result: "i32",
  },
  mamba_model_create: {
    parameters: ["buffer", "buffer", "u32", "buffer", ...ERROR],
    result: "i32",
  },
  mamba_model_destroy: { parameters: ["pointer"], result: "void" },
  mamba_file_open: {
    parameters: ["buffer", "buffer", ...ERROR],
    result: "i32",
  },
  mamba_file_close: { parameters: ["pointer"], result: "void" },
  mamba_model_map_tensors: {
    parameters: [
      "pointer",
      "pointer",
      "u32",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "u32",
      ...ERROR,
    ],
    result: "i32",
    nonblocking: true,
  },
  mamba_model_copy_tensor: {
    parameters: [
      "pointer",
      "buffer",
      "u32",
      "u32",
      "buffer",
      "u32",
      "buffer",
      "u64",
      ...ERROR,
    ],
    result: "i32",
  },
  mamba_model_randomize: {
    parameters: ["pointer", "u64", "u32", ...ERROR],
    result: "i32",
    nonblocking: true,
  },
  /** The same again, for a single block, which takes no longer than the call. */
  randomizeAtOnce: {
    name: "mamba_model_randomize",
    parameters: ["pointer", "u64", "u32", ...ERROR],
    result: "i32",
  },
  mamba_model_finish: { parameters: ["pointer", ...ERROR], result: "i32" },
  mamba_model_settle: {
    parameters: ["pointer", ...ERROR],
    result: "i32",
    nonblocking: true,
  },
  mamba_model_describe: {
    parameters: ["pointer", "buffer", "u64", "buffer", ...ERROR],
    result: "i32",
  },
  mamba_model_read_tensor: {
    parameters: ["pointer", "buffer", "buffer", "u64", ...ERROR],
    result: "i32",
  },
  mamba_state_create: {
    parameters: ["pointer", "buffer", ...ERROR],
    result: "i32",
  },
  mamba_state_clone: {
    parameters: ["pointer", "buffer", ...ERROR],
    result: "i32",
  },
  mamba_state_reset: { parameters: ["pointer", ...ERROR], result: "i32" },
  mamba_state_destroy: { parameters: ["pointer"], result: "void" },
  mamba_state_position: { parameters: ["pointer"], result: "u64" },
  mamba_state_read_layer: {
    parameters: ["pointer", "u32", "buffer", "u64", "buffer", "u64", ...ERROR],
    result: "i32",
  },
  mamba_state_saved_size: { parameters: ["pointer"], result: "u64" },
  mamba_state_save: {
    parameters: ["pointer", "buffer", "u64", ...ERROR],
    result: "i32",
  },
  mamba_state_load: {
    parameters: ["pointer", "buffer", "u64", ...ERROR],
    result: "i32",
  },
  mamba_model_forward: {
    parameters: [
      "pointer",
      "u32",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "u64",
      ...ERROR,
    ],
    result: "i32",
    nonblocking: true,
  },
  mamba_model_mixer_forward: {
    parameters: [
      "pointer",
      "u32",
      "pointer",
      "buffer",
      "u32",
      "buffer",
      ...ERROR,
    ],
    result: "i32",
    nonblocking: true,
  },
  mamba_selective_scan: {
    parameters: ["buffer", "buffer", "u32", ...ERROR],
    result: "i32",
    nonblocking: true,
  },
  mamba_sampler_create: {
    parameters: ["buffer", "buffer", ...ERROR],
    result: "i32",
  },
  mamba_sampler_destroy: { parameters: ["pointer"], result: "void" },
  mamba_sampler_is_plain: { parameters: ["pointer"], result: "u32" },
  mamba_sampler_accept: {
    parameters: ["pointer", "buffer", "u64", ...ERROR],
    result: "i32",
  },
  mamba_sampler_sample: {
    parameters: [
      "pointer",
      "buffer",
      "u64",
      "u64",
      "u32",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      ...ERROR,
    ],
    result: "i32",
  },
  mamba_model_decode: {
    parameters: [
      "pointer",
      "u32",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      "u32",
      "buffer",
      "buffer",
      ...ERROR,
    ],
    result: "i32",
    nonblocking: true,
  },
  mamba_logits_score: {
    parameters: ["buffer", "u64", "u32", "buffer", "buffer", ...ERROR],
    result: "i32",
    nonblocking: true,
  },
  mamba_measure_bandwidth: {
    parameters: ["u64", "u32", "f64", "buffer", ...ERROR],
    result: "i32",
    nonblocking: true,
  },
  mamba_measure_peak: {
    parameters: ["u32", "u32", "f64", "buffer", ...ERROR],
    result: "i32",
    nonblocking: true,
  },
  mamba_profile_start: { parameters: ["buffer", ...ERROR], result: "i32" },
  mamba_profile_read: {
    parameters: ["buffer", "buffer", "u64", "buffer", ...ERROR],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** The opened library's functions. */
export type Symbols = Deno.StaticForeignLibraryInterface<typeof SYMBOLS>;
