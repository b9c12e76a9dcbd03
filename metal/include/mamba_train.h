/* Training: the second half of the C ABI. The rules of mamba.h hold. A build
 * without training (TRAIN=0) has none of these functions. */
#ifndef MAMBA_TRAIN_H
#define MAMBA_TRAIN_H

#include "mamba.h"

#if defined(__cplusplus)
extern "C" {
#endif

/* Weights in f32, their gradients and the optimizer's moments. Calls on one
 * trainer run one after the other. */
typedef struct mamba_trainer mamba_trainer;

/* A target that is not to be learned. */
#define MAMBA_NO_TARGET 0xffffffffu

/* Arrays of a trainer, each with one array a tensor, in the tensor's shape. */
enum {
  MAMBA_TRAIN_WEIGHTS = 0,
  MAMBA_TRAIN_GRADIENTS = 1,
  MAMBA_TRAIN_FIRST_MOMENTS = 2,
  MAMBA_TRAIN_SECOND_MOMENTS = 3
};

/* Compares a device's gradients of small models with the reference's, and
 * writes JSON as mamba_device_test does. */
MAMBA_API mamba_status mamba_trainer_test(const char* device, char* json,
                                          uint64_t capacity, uint64_t* needed,
                                          char* error, uint64_t error_capacity);

/* Takes the weights of a finished model that has an embedding and widens them
 * to f32; the model may be destroyed afterwards. Every tensor is trained until
 * mamba_trainer_freeze says otherwise. */
MAMBA_API mamba_status mamba_trainer_create(mamba_model* model,
                                            const char* device,
                                            uint32_t threads,
                                            mamba_trainer** out, char* error,
                                            uint64_t error_capacity);
MAMBA_API void mamba_trainer_destroy(mamba_trainer* trainer);

/* Leaves a tensor as it is: no gradient, no step. Only before the first
 * gradient. */
MAMBA_API mamba_status mamba_trainer_freeze(mamba_trainer* trainer,
                                            const char* name, char* error,
                                            uint64_t error_capacity);

/* Bytes of memory that training a model of this config takes: weights,
 * gradients, moments, and what the forward keeps for calls of at most `rows`
 * tokens in at most `n_sequences` sequences. */
MAMBA_API mamba_status mamba_trainer_memory(const mamba_model_config* config,
                                            uint64_t rows, uint64_t n_sequences,
                                            uint64_t* bytes, char* error,
                                            uint64_t error_capacity);

/* Runs n_sequences sequences forward, each from the zero state, and back, and
 * adds the gradients of
 *   scale · Σ -log p(targets[i] | tokens up to i)
 * to those that are there. `tokens` and `targets` hold the sequences one after
 * the other, counts[s] ≥ 1 of them for sequence s; a target of MAMBA_NO_TARGET
 * is left out. *loss gets the plain sum (natural logarithm, not scaled). */
MAMBA_API mamba_status mamba_trainer_accumulate(
    mamba_trainer* trainer, uint32_t n_sequences, const uint32_t* counts,
    const uint32_t* tokens, const uint32_t* targets, float scale, double* loss,
    char* error, uint64_t error_capacity);
/* The same sum without gradients, with the present weights. */
MAMBA_API mamba_status mamba_trainer_evaluate(
    mamba_trainer* trainer, uint32_t n_sequences, const uint32_t* counts,
    const uint32_t* tokens, const uint32_t* targets, double* loss, char* error,
    uint64_t error_capacity);

/* AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2). */
typedef struct mamba_adamw {
  uint32_t struct_size;
  float learning_rate;
  float beta1;
  float beta2;
  float eps;
  /* Matrices and the convolution's weights decay; A_log, D, biases (dt_bias
   * too) and norms do not. */
  float weight_decay;
  float max_norm; /* gradients are scaled down to this norm; 0 = never */
  uint32_t reserved;
} mamba_adamw;

/* One step with the gradients gathered so far, which are then zero again.
 * *norm gets the gradients' Euclidean norm before clipping. If that is not
 * finite, the result is MAMBA_NUMERIC: the gradients are zero again, weights
 * and moments are untouched. */
MAMBA_API mamba_status mamba_trainer_step(mamba_trainer* trainer,
                                          const mamba_adamw* options,
                                          double* norm, char* error,
                                          uint64_t error_capacity);
/* Steps that the moments have seen: what the bias correction counts. */
MAMBA_API uint64_t mamba_trainer_steps(const mamba_trainer* trainer);
MAMBA_API mamba_status mamba_trainer_set_steps(mamba_trainer* trainer,
                                               uint64_t steps, char* error,
                                               uint64_t error_capacity);
/* Throws the gradients away. */
MAMBA_API mamba_status mamba_trainer_zero_gradients(mamba_trainer* trainer,
                                                    char* error,
                                                    uint64_t error_capacity);

/* Copies one array of one tensor out or in; `count` is its number of floats.
 * Frozen tensors have weights only: the others read as zero and cannot be
 * written. */
MAMBA_API mamba_status mamba_trainer_read(mamba_trainer* trainer, uint32_t kind,
                                          const char* name, float* out,
                                          uint64_t count, char* error,
                                          uint64_t error_capacity);
MAMBA_API mamba_status mamba_trainer_write(mamba_trainer* trainer,
                                           uint32_t kind, const char* name,
                                           const float* data, uint64_t count,
                                           char* error,
                                           uint64_t error_capacity);

#if defined(__cplusplus)
}
#endif

#endif
