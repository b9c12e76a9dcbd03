/* The C ABI of libmamba: everything that a caller may know.
 *
 * Rules
 *  - Every function that can fail returns a mamba_status and, on failure,
 *    writes one line of text into the caller's `error` buffer (cut to
 *    `error_capacity`, always ending in 0; both may be 0). No error text is
 *    ever thread-local: calls arrive on changing threads.
 *  - Handles are opaque. A null handle is MAMBA_INVALID_ARGUMENT, destroying
 *    null is nothing. No C++ exception passes this border.
 *  - Calls on one model may arrive from several threads; they run one after
 *    the other. A state belongs to its model and must not be in two calls at
 *    the same time. A model must outlive its states.
 *  - Structs begin with their size in bytes, so that they can grow.
 *  - Text is UTF-8 ending in 0. Arrays are row-major, little-endian.
 */
#ifndef MAMBA_H
#define MAMBA_H

#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

#define MAMBA_API __attribute__((visibility("default")))
#define MAMBA_ABI_VERSION 1u

typedef int32_t mamba_status;
enum {
  MAMBA_OK = 0,
  MAMBA_INVALID_ARGUMENT = 1,
  MAMBA_OUT_OF_MEMORY = 2,
  MAMBA_IO = 3,
  MAMBA_UNSUPPORTED = 4,
  MAMBA_NUMERIC = 5,
  MAMBA_INTERNAL = 6
};

/* Number formats of weights. Q8 and Q4 are of in_proj, out_proj and lm_head (or
 * the embedding, if it is the head) alone: blocks of 32 weights with one f16
 * scale, in the layout that metal/quant/layout.h describes, in 34 and 18 bytes
 * a block. Of a model in Q4 the head is in Q8. */
enum {
  MAMBA_F32 = 0,
  MAMBA_F16 = 1,
  MAMBA_BF16 = 2,
  MAMBA_Q8 = 3,
  MAMBA_Q4 = 4,
  MAMBA_AS_STORED = 255
};

typedef struct mamba_file mamba_file;       /* a memory-mapped file */
typedef struct mamba_model mamba_model;     /* weights on a device */
typedef struct mamba_state mamba_state;     /* one sequence's memory */
typedef struct mamba_sampler mamba_sampler; /* sampling options, history */

MAMBA_API uint32_t mamba_abi_version(void);

/* Writes a JSON array that describes every backend of this build:
 *   [{"name":"cpu","available":true,"reason":"","description":"AVX-512, …",
 *     "simd":"avx512","threads":2,"identity":""}, …]
 * `reason` says why a backend is not available. `identity` names the GPU and
 * its system: mamba_device_test's result holds for it. `*needed` gets the size
 * with the closing 0; nothing is written when `capacity` is smaller. */
MAMBA_API mamba_status mamba_devices_describe(char* json, uint64_t capacity,
                                              uint64_t* needed, char* error,
                                              uint64_t error_capacity);

/* Runs small models with random weights on a device, compares every op with
 * the reference, and writes JSON:
 *   {"checks":[{"name":"ssd","passed":true,"detail":"…"}, …],"passed":true}
 * On metal all kernels are compiled first, file by file; a failure has the
 * compiler's words. Takes a second or so. */
MAMBA_API mamba_status mamba_device_test(const char* device, char* json,
                                         uint64_t capacity, uint64_t* needed,
                                         char* error, uint64_t error_capacity);

/* ---- Model ------------------------------------------------------------- */

typedef struct mamba_model_config {
  uint32_t struct_size;
  uint32_t family; /* 1 = Mamba, 2 = Mamba 2 */
  uint32_t d_model;
  uint32_t n_layer;
  uint32_t vocab_size; /* padded; 0 = no embedding, norm_f and lm_head */
  uint32_t d_inner;
  uint32_t d_state;
  uint32_t d_conv;
  uint32_t dt_rank;        /* Mamba only */
  uint32_t headdim;        /* Mamba 2 only */
  uint32_t ngroups;        /* Mamba 2 only */
  uint32_t rms_norm;       /* 1 = RMSNorm, 0 = LayerNorm with bias */
  uint32_t tie_embeddings; /* 1 = lm_head is the embedding */
  uint32_t proj_bias;      /* 1 = in_proj and out_proj have a bias */
  uint32_t conv_bias;      /* 1 = conv1d has a bias */
  float norm_eps;          /* of every norm, the gated one of Mamba 2 too */
  float dt_min;            /* Mamba 2: dt is clamped to [dt_min, dt_max] */
  float dt_max; /* after the softplus; 0 and infinity change nothing */
} mamba_model_config;

/* `device`: "cpu", "reference" or "metal". `threads`: 0 = all cores. */
MAMBA_API mamba_status mamba_model_create(const mamba_model_config* config,
                                          const char* device, uint32_t threads,
                                          mamba_model** out, char* error,
                                          uint64_t error_capacity);
MAMBA_API void mamba_model_destroy(mamba_model* model);

MAMBA_API mamba_status mamba_file_open(const char* path, mamba_file** out,
                                       char* error, uint64_t error_capacity);
/* Models keep what they mapped: closing a file that they use is safe. */
MAMBA_API void mamba_file_close(mamba_file* file);

/* Gives the model one tensor. Names are those of the official checkpoints:
 *   backbone.embedding.weight                          (V, d_model)
 *   backbone.layers.I.norm.weight|bias                 (d_model)
 *   backbone.layers.I.mixer.in_proj.weight|bias        (P, d_model)
 *   backbone.layers.I.mixer.conv1d.weight              (channels, 1, d_conv)
 *   backbone.layers.I.mixer.conv1d.bias                (channels)
 *   backbone.layers.I.mixer.x_proj.weight              (dt_rank+2N, d_inner)
 *   backbone.layers.I.mixer.dt_proj.weight|bias        (d_inner, dt_rank)
 *   backbone.layers.I.mixer.dt_bias                    (nheads)   Mamba 2
 *   backbone.layers.I.mixer.A_log   (d_inner, d_state) or, Mamba 2, (nheads)
 *   backbone.layers.I.mixer.D       (d_inner) or, Mamba 2, (nheads)
 *   backbone.layers.I.mixer.norm.weight                (d_inner)  Mamba 2
 *   backbone.layers.I.mixer.out_proj.weight|bias       (d_model, d_inner)
 *   backbone.norm_f.weight|bias                        (d_model)
 *   lm_head.weight                                     (V, d_model), untied
 * An unknown name, a second copy, or a shape other than the config's is an
 * error. `stored` is the bytes' format; `keep` is the format to keep matrices
 * in (MAMBA_AS_STORED = unchanged); with Q8 and Q4 those that are not quantised
 * become f16 if they are f32, and stay as they are if not. Small tensors
 * (norms, conv, A_log, D, biases) are computed with in f32 whatever `keep`
 * says. */

/* Takes `n` tensors from a file: tensor i has the i-th of the names, which come
 * one after the other, each with its 0, ranks[i] sizes of the shapes, which do
 * so too, and the bytes from offsets[i] on. Where format and alignment allow,
 * they are used as they are mapped, every page brought in. Those before one
 * that is refused are the model's. */
MAMBA_API mamba_status mamba_model_map_tensors(
    mamba_model* model, mamba_file* file, uint32_t n, const char* names,
    const uint32_t* stored, const uint32_t* ranks, const uint64_t* shapes,
    const uint64_t* offsets, uint32_t keep, char* error,
    uint64_t error_capacity);
/* Copies `bytes` bytes from `data`. */
MAMBA_API mamba_status mamba_model_copy_tensor(
    mamba_model* model, const char* name, uint32_t stored, uint32_t keep,
    const uint64_t* shape, uint32_t rank, const void* data, uint64_t bytes,
    char* error, uint64_t error_capacity);
/* Fills every tensor with the initialisation of the papers' code, the same
 * numbers for the same seed on every machine and with any thread count. */
MAMBA_API mamba_status mamba_model_randomize(mamba_model* model, uint64_t seed,
                                             uint32_t keep, char* error,
                                             uint64_t error_capacity);
/* Checks that no tensor is missing (the error names the missing ones) and
 * makes the model ready. Nothing below works before it. Soon afterwards what is
 * mapped is taken to large pages in the background, where the system has them:
 * a token reads all weights, and then reads them faster. */
MAMBA_API mamba_status mamba_model_finish(mamba_model* model, char* error,
                                          uint64_t error_capacity);
/* Returns when that is over: measurements wait for it. */
MAMBA_API mamba_status mamba_model_settle(mamba_model* model, char* error,
                                          uint64_t error_capacity);

/* Writes JSON: {"device","description","threads","parameters","weightBytes",
 * "stateBytes","fingerprint":"16 hex digits","deviceSampling":false,
 * "tensors":[{"name","dtype":"F32|F16|BF16","shape":[…]}, …]}; tensors in the
 * order of the list above, dtypes as kept (small tensors: as stored).
 * deviceSampling: tokens are best drawn by mamba_model_decode.
 * The fingerprint covers the config and the small tensors, so it is the same
 * for every `keep` and every device. */
MAMBA_API mamba_status mamba_model_describe(mamba_model* model, char* json,
                                            uint64_t capacity, uint64_t* needed,
                                            char* error,
                                            uint64_t error_capacity);
/* Copies a tensor out, in the dtype that mamba_model_describe names. */
MAMBA_API mamba_status mamba_model_read_tensor(mamba_model* model,
                                               const char* name, void* out,
                                               uint64_t bytes, char* error,
                                               uint64_t error_capacity);

/* ---- State -------------------------------------------------------------
 * conv_state (channels, d_conv): raw inputs of the convolution, newest in the
 * last column; ssm_state (d_inner, d_state) or, Mamba 2, (nheads, headdim,
 * d_state). All f32, zero at the start. */

MAMBA_API mamba_status mamba_state_create(mamba_model* model, mamba_state** out,
                                          char* error, uint64_t error_capacity);
MAMBA_API mamba_status mamba_state_clone(const mamba_state* state,
                                         mamba_state** out, char* error,
                                         uint64_t error_capacity);
MAMBA_API mamba_status mamba_state_reset(mamba_state* state, char* error,
                                         uint64_t error_capacity);
MAMBA_API void mamba_state_destroy(mamba_state* state);
/* The number of tokens that the state has seen. */
MAMBA_API uint64_t mamba_state_position(const mamba_state* state);
/* Copies one layer out, in the shapes above; counts are numbers of floats. */
MAMBA_API mamba_status mamba_state_read_layer(const mamba_state* state,
                                              uint32_t layer, float* conv_state,
                                              uint64_t conv_count,
                                              float* ssm_state,
                                              uint64_t ssm_count, char* error,
                                              uint64_t error_capacity);
/* The size of a saved state in bytes: the same for every state of a model. */
MAMBA_API uint64_t mamba_state_saved_size(const mamba_model* model);
MAMBA_API mamba_status mamba_state_save(const mamba_state* state, void* out,
                                        uint64_t bytes, char* error,
                                        uint64_t error_capacity);
/* Refuses, without touching the state: other bytes than a saved state, one of
 * another model (fingerprint), a damaged one (checksum). */
MAMBA_API mamba_status mamba_state_load(mamba_state* state, const void* data,
                                        uint64_t bytes, char* error,
                                        uint64_t error_capacity);

/* ---- Forward -----------------------------------------------------------
 * Feeds n_sequences sequences, each from its own state, and advances the
 * states. `tokens` holds the sequences' tokens one after the other, counts[i]
 * ≥ 1 of them for sequence i. Logits (V floats a row) of the last n_logits[i]
 * ≤ counts[i] tokens of each are written one after the other. No state may
 * appear twice. Arguments are checked before any state changes.
 *
 * A sequence's result has the same bits alone and beside others as long as all
 * counts of a call are 1 (decode), or the call has one sequence (prefill). */
MAMBA_API mamba_status mamba_model_forward(
    mamba_model* model, uint32_t n_sequences, mamba_state* const* states,
    const uint32_t* counts, const uint32_t* tokens, const uint32_t* n_logits,
    float* logits, uint64_t logits_count, char* error, uint64_t error_capacity);

/* One layer's mixer alone, without norm and residual.
 * x (n_tokens, d_model) -> out (n_tokens, d_model); advances that layer. */
MAMBA_API mamba_status mamba_model_mixer_forward(
    mamba_model* model, uint32_t layer, mamba_state* state, const float* x,
    uint32_t n_tokens, float* out, char* error, uint64_t error_capacity);

/* ---- Selective scan ----------------------------------------------------
 * The bare recurrence of Mamba (Gu & Dao 2023, arXiv:2312.00752, eq. 2, and
 * Algorithm 2), for every channel d and state index n:
 *   dt = delta + delta_bias, then softplus if asked
 *   h[d,n] = exp(dt[d] A[d,n]) h[d,n] + dt[d] B[n] u[d]
 *   y[d]   = Σ_n C[n] h[d,n] + D[d] u[d],  times silu(z[d]) if z is given */
typedef struct mamba_scan {
  uint32_t struct_size;
  uint32_t delta_softplus;
  uint64_t length;         /* L */
  uint64_t channels;       /* d */
  uint64_t d_state;        /* N */
  const float* u;          /* (L, d) */
  const float* delta;      /* (L, d) */
  const float* A;          /* (d, N) */
  const float* B;          /* (L, N) */
  const float* C;          /* (L, N) */
  const float* D;          /* (d) or null */
  const float* z;          /* (L, d) or null */
  const float* delta_bias; /* (d) or null */
  float* state;            /* (d, N), in and out */
  float* out;              /* (L, d) */
} mamba_scan;
MAMBA_API mamba_status mamba_selective_scan(const mamba_scan* scan,
                                            const char* device,
                                            uint32_t threads, char* error,
                                            uint64_t error_capacity);

/* ---- Sampling ----------------------------------------------------------
 * In this order: bias, penalties over the last `repetition_window` tokens
 * accepted, then temperature, top-k, top-p, min-p, draw. temperature 0 takes
 * the highest logit, the lowest id on ties. The draw depends on (seed,
 * draw_index) alone. Any NaN among the logits is MAMBA_NUMERIC. */
typedef struct mamba_sampling {
  uint32_t struct_size;
  uint32_t vocab_size; /* ids ≥ this are never drawn */
  float temperature;   /* ≥ 0 */
  uint32_t top_k;      /* 0 = off */
  float top_p;         /* (0, 1], of what top-k leaves, after temperature */
  float min_p;         /* [0, 1], relative to the highest probability */
  float repetition_penalty; /* > 0, 1 = off: logits > 0 divided, others times */
  float presence_penalty;   /* subtracted once */
  float frequency_penalty;  /* subtracted per occurrence */
  uint32_t repetition_window; /* 0 = none */
  uint64_t seed;
  uint32_t n_bias;
  uint32_t reserved;
  const uint32_t* bias_ids;
  const float* bias_values; /* added to the logits; -infinity bans */
} mamba_sampling;
MAMBA_API mamba_status mamba_sampler_create(const mamba_sampling* sampling,
                                            mamba_sampler** out, char* error,
                                            uint64_t error_capacity);
MAMBA_API void mamba_sampler_destroy(mamba_sampler* sampler);
/* 1 if bias and penalties of this sampler never change a logit. */
MAMBA_API uint32_t mamba_sampler_is_plain(const mamba_sampler* sampler);
/* Tells the sampler of tokens that the penalties shall see. */
MAMBA_API mamba_status mamba_sampler_accept(mamba_sampler* sampler,
                                            const uint32_t* ids, uint64_t n,
                                            char* error,
                                            uint64_t error_capacity);
/* Draws a token and accepts it. Log probabilities are those of the model's
 * own distribution (softmax of the untouched logits below vocab_size); the
 * n_top most likely ids of it are written too, ties to the lowest id. */
MAMBA_API mamba_status
mamba_sampler_sample(mamba_sampler* sampler, const float* logits,
                     uint64_t n_logits, uint64_t draw_index, uint32_t n_top,
                     uint32_t* id, float* logprob, uint32_t* top_ids,
                     float* top_logprobs, char* error, uint64_t error_capacity);

/* Draws `steps` tokens of each sequence in one call: feeds tokens[i], draws
 * with samplers[i], which must be plain, and draw_indices[i], feeds what was
 * drawn, draws with the next index, and so on. The last token drawn is not fed:
 * states move on by `steps` tokens. A device with "deviceSampling" does it all
 * by itself. At most 256 sequences and 1024 steps.
 * -> ids, logprobs (n_sequences, steps), as mamba_sampler_sample gives them.
 * Where logits are not sound, the id is MAMBA_NO_TOKEN, and what follows in
 * that sequence is worthless. */
#define MAMBA_NO_TOKEN 0xffffffffu
MAMBA_API mamba_status mamba_model_decode(
    mamba_model* model, uint32_t n_sequences, mamba_state* const* states,
    mamba_sampler* const* samplers, const uint32_t* tokens,
    const uint64_t* draw_indices, uint32_t steps, uint32_t* ids,
    float* logprobs, char* error, uint64_t error_capacity);

/* ---- Evaluation --------------------------------------------------------
 * What a text's tokens cost the model: the natural logarithm of targets[i]'s
 * probability in the softmax of row i over all V logits, summed in double.
 * logits (rows, V), targets (rows), each < V -> logprobs (rows). A NaN or
 * +infinity among the logits is MAMBA_NUMERIC. */
MAMBA_API mamba_status mamba_logits_score(const float* logits, uint64_t rows,
                                          uint32_t vocab_size,
                                          const uint32_t* targets,
                                          double* logprobs, char* error,
                                          uint64_t error_capacity);

/* ---- Measurement -------------------------------------------------------
 * Reads a buffer of `bytes` bytes with `threads` threads for about `seconds`
 * and reports the best pass in bytes per second. */
MAMBA_API mamba_status mamba_measure_bandwidth(uint64_t bytes, uint32_t threads,
                                               double seconds,
                                               double* bytes_per_second,
                                               char* error,
                                               uint64_t error_capacity);

/* Computes in registers alone with `threads` threads for about `seconds` and
 * reports the best pass in operations per second, two for each multiply-add:
 * of f32, or of bytes summed in 32 bits. */
enum { MAMBA_PEAK_F32 = 0, MAMBA_PEAK_INT8 = 1 };
MAMBA_API mamba_status mamba_measure_peak(uint32_t kind, uint32_t threads,
                                          double seconds,
                                          double* ops_per_second, char* error,
                                          uint64_t error_capacity);

/* From start to read a GPU runs the calls of its kernels one by one, whoever
 * asks for them, and its own clock says how long each takes; between them it
 * idles, which is not counted. start forgets what was added up before. read
 * ends it and writes JSON, sorted by name:
 *   [{"kernel":"gemv_1_f16","dispatches":49,"nanoseconds":…,"bytes":…}, …]
 * All are sums. `bytes` are those of the arrays that the kernel reads and
 * writes: what memory must move, as far as nothing of it lies in caches.
 * `device`: "metal"; others have no kernels: MAMBA_UNSUPPORTED. `*needed` is as
 * for mamba_devices_describe. */
MAMBA_API mamba_status mamba_profile_start(const char* device, char* error,
                                           uint64_t error_capacity);
MAMBA_API mamba_status mamba_profile_read(const char* device, char* json,
                                          uint64_t capacity, uint64_t* needed,
                                          char* error, uint64_t error_capacity);

#if defined(__cplusplus)
}
#endif
#endif
