/**
 * The part of llama.cpp's C API that the bench measures with.
 *
 * @module
 */

/**
 * Structs that are passed by value, as bytes: with room for more than any
 * version has, for whoever takes one reads what it knows of it.
 */
const BYTES = { struct: Array<"u64">(32).fill("u64") } as const;

/** `llama_batch`: its numbers in {@linkcode packBatch}'s order. */
const BATCH = {
  struct: [
    "i32",
    "pointer",
    "pointer",
    "pointer",
    "pointer",
    "pointer",
    "pointer",
  ],
} as const;

/** Functions of libllama. */
export const LLAMA_SYMBOLS = {
  llama_backend_init: { parameters: [], result: "void" },
  llama_log_set: { parameters: ["pointer", "pointer"], result: "void" },
  llama_print_system_info: { parameters: [], result: "pointer" },
  /** Its address alone: a function that does nothing, whatever it is given. */
  llama_supports_mmap: { type: "pointer" },
  llama_model_default_params: { parameters: [], result: BYTES },
  llama_model_load_from_file: {
    parameters: ["buffer", BYTES],
    result: "pointer",
    nonblocking: true,
  },
  llama_model_free: { parameters: ["pointer"], result: "void" },
  llama_model_size: { parameters: ["pointer"], result: "u64" },
  llama_model_get_vocab: { parameters: ["pointer"], result: "pointer" },
  llama_vocab_n_tokens: { parameters: ["pointer"], result: "i32" },
  llama_context_default_params: { parameters: [], result: BYTES },
  llama_init_from_model: {
    parameters: ["pointer", BYTES],
    result: "pointer",
    nonblocking: true,
  },
  llama_free: { parameters: ["pointer"], result: "void" },
  llama_set_n_threads: {
    parameters: ["pointer", "i32", "i32"],
    result: "void",
  },
  llama_attach_threadpool: {
    parameters: ["pointer", "pointer", "pointer"],
    result: "void",
  },
  llama_get_memory: { parameters: ["pointer"], result: "pointer" },
  llama_memory_clear: { parameters: ["pointer", "bool"], result: "void" },
  llama_decode: {
    parameters: ["pointer", BATCH],
    result: "i32",
    nonblocking: true,
  },
  llama_synchronize: { parameters: ["pointer"], result: "void" },
  llama_get_logits_ith: { parameters: ["pointer", "i32"], result: "pointer" },
  llama_state_seq_get_size: { parameters: ["pointer", "i32"], result: "usize" },
  llama_state_seq_get_data: {
    parameters: ["pointer", "buffer", "usize", "i32"],
    result: "usize",
  },
  llama_state_seq_set_data: {
    parameters: ["pointer", "buffer", "usize", "i32"],
    result: "usize",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** Functions of libggml. */
export const GGML_SYMBOLS = {
  ggml_backend_load: { parameters: ["buffer"], result: "pointer" },
  ggml_backend_load_all_from_path: { parameters: ["buffer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Functions of libggml-base. */
export const GGML_BASE_SYMBOLS = {
  ggml_threadpool_params_init: {
    parameters: ["buffer", "i32"],
    result: "void",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** Functions of libggml-cpu, whichever of its variants. */
export const GGML_CPU_SYMBOLS = {
  ggml_threadpool_new: { parameters: ["buffer"], result: "pointer" },
  ggml_threadpool_free: { parameters: ["pointer"], result: "void" },
  ggml_threadpool_pause: { parameters: ["pointer"], result: "void" },
  ggml_threadpool_resume: { parameters: ["pointer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** A function of libggml-cpu where there are several variants. */
export const VARIANT_SYMBOLS = {
  ggml_backend_score: { parameters: [], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** A `llama_batch`: how many tokens, and the addresses of their arrays. */
export function packBatch(
  count: number,
  { tokens, seqIdCounts, seqIds, logits }: {
    tokens: Int32Array<ArrayBuffer>;
    seqIdCounts?: Int32Array<ArrayBuffer>;
    /** Addresses. */
    seqIds?: BigUint64Array<ArrayBuffer>;
    logits?: Int8Array<ArrayBuffer>;
  },
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(56);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, count, true);
  [tokens, undefined, undefined, seqIdCounts, seqIds, logits].forEach(
    (array, i) => view.setBigUint64(8 + 8 * i, addressOf(array), true),
  );
  return bytes;
}

/** Where an array lies; 0 for none. */
export function addressOf(
  array: ArrayBufferView<ArrayBuffer> | undefined,
): bigint {
  return array === undefined
    ? 0n
    : BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(array)));
}
