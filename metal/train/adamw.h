// AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2).
#pragma once

#include <cstdint>

#include "core/thread_pool.h"
#include "train/parameters.h"

namespace mamba {

struct AdamW {
  float learning_rate = 1e-3f;
  float beta1 = 0.9f;
  float beta2 = 0.95f;
  float eps = 1e-8f;
  float weight_decay = 0.1f;
  float max_norm = 0;  // 0 = gradients are never scaled down
};

// The Euclidean norm of all gradients: the same bits for every thread count.
double gradient_norm(ThreadPool& pool, const Parameters& parameters);

// Step number `step`, from 1 on, of everything that is not frozen. `norm` is
// the gradients' norm, finite.
void adamw_step(ThreadPool& pool, const Parameters& parameters,
                const AdamW& options, uint64_t step, double norm);

}  // namespace mamba
