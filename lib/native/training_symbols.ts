/** The C ABI of `metal/include/mamba_train.h`, as symbols.ts has mamba.h. */

import { ERROR } from "./symbols.ts";

/** The training functions of libmamba. */
export const TRAINING_SYMBOLS = {
  mamba_trainer_test: {
    parameters: ["buffer", "buffer", "u64", "buffer", ...ERROR],
    result: "i32",
  },
  mamba_trainer_create: {
    parameters: ["pointer", "buffer", "u32", "buffer", ...ERROR],
    result: "i32",
  },
  mamba_trainer_destroy: { parameters: ["pointer"], result: "void" },
  mamba_trainer_freeze: {
    parameters: ["pointer", "buffer", ...ERROR],
    result: "i32",
  },
  mamba_trainer_memory: {
    parameters: ["buffer", "u64", "u64", "buffer", ...ERROR],
    result: "i32",
  },
  mamba_trainer_accumulate: {
    parameters: [
      "pointer",
      "u32",
      "buffer",
      "buffer",
      "buffer",
      "f32",
      "buffer",
      ...ERROR,
    ],
    result: "i32",
    nonblocking: true,
  },
  mamba_trainer_evaluate: {
    parameters: [
      "pointer",
      "u32",
      "buffer",
      "buffer",
      "buffer",
      "buffer",
      ...ERROR,
    ],
    result: "i32",
    nonblocking: true,
  },
  mamba_trainer_step: {
    parameters: ["pointer", "buffer", "buffer", ...ERROR],
    result: "i32",
    nonblocking: true,
  },
  mamba_trainer_steps: { parameters: ["pointer"], result: "u64" },
  mamba_trainer_set_steps: {
    parameters: ["pointer", "u64", ...ERROR],
    result: "i32",
  },
  mamba_trainer_zero_gradients: {
    parameters: ["pointer", ...ERROR],
    result: "i32",
  },
  mamba_trainer_read: {
    parameters: ["pointer", "u32", "buffer", "buffer", "u64", ...ERROR],
    result: "i32",
  },
  mamba_trainer_write: {
    parameters: ["pointer", "u32", "buffer", "buffer", "u64", ...ERROR],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** The opened library's training functions. */
export type TrainingSymbols = Deno.StaticForeignLibraryInterface<
  typeof TRAINING_SYMBOLS
>;
