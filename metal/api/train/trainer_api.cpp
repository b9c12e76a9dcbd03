// The functions of include/mamba_train.h.
#include <cmath>
#include <cstring>

#include "api/guard.h"
#include "api/handles.h"
#include "api/read_config.h"
#include "api/train/training_devices.h"
#include "api/train/training_test.h"
#include "include/mamba_train.h"
#include "train/trainer.h"

struct mamba_trainer {
  std::mutex mutex;
  mamba::Trainer trainer;

  mamba_trainer(const mamba::Model& model, mamba::TrainingOps ops)
      : trainer(model, std::move(ops)) {}
};

namespace {

using mamba::fail;
using mamba::Status;

// A trainer for the time of one call.
class LockedTrainer {
 public:
  explicit LockedTrainer(mamba_trainer* handle) : handle_(handle) {
    mamba::require(handle, "trainer");
    lock_ = std::unique_lock<std::mutex>(handle->mutex);
  }
  mamba::Trainer* operator->() { return &handle_->trainer; }

 private:
  mamba_trainer* handle_;
  std::unique_lock<std::mutex> lock_;
};

mamba::TrainingBatch read_batch(int64_t vocab_size, uint32_t n_sequences,
                                const uint32_t* counts, const uint32_t* tokens,
                                const uint32_t* targets) {
  mamba::require(counts, "counts");
  mamba::require(tokens, "tokens");
  mamba::require(targets, "targets");
  if (n_sequences == 0) {
    fail(Status::invalid_argument, "Cannot train: there is no sequence");
  }
  uint64_t rows = 0;
  for (uint32_t i = 0; i < n_sequences; ++i) {
    if (counts[i] == 0) {
      fail(Status::invalid_argument,
           "Cannot train: counts[%u] is 0, wanted at least one token", i);
    }
    rows += counts[i];
  }
  for (uint64_t i = 0; i < rows; ++i) {
    const bool has_target = targets[i] != MAMBA_NO_TARGET;
    if (tokens[i] < vocab_size && (!has_target || targets[i] < vocab_size)) {
      continue;
    }
    fail(Status::invalid_argument,
         "Cannot train: token %llu is %u and its target %u, the vocabulary "
         "has %lld tokens",
         static_cast<unsigned long long>(i), tokens[i], targets[i],
         static_cast<long long>(vocab_size));
  }
  mamba::TrainingBatch batch;
  batch.n_sequences = n_sequences;
  batch.counts = counts;
  batch.tokens = tokens;
  batch.targets = targets;
  return batch;
}

void check_adamw(const mamba_adamw& options) {
  if (options.struct_size != sizeof(mamba_adamw)) {
    fail(Status::invalid_argument,
         "Cannot step: struct_size is %u, this library knows %zu",
         options.struct_size, sizeof(mamba_adamw));
  }
  // Written so that NaN fails too.
  const bool sound = options.learning_rate >= 0 && options.beta1 >= 0 &&
                     options.beta1 < 1 && options.beta2 >= 0 &&
                     options.beta2 < 1 && options.eps > 0 &&
                     options.weight_decay >= 0 && options.max_norm >= 0;
  if (sound) return;
  fail(Status::invalid_argument,
       "Cannot step: wanted learning_rate, weight_decay and max_norm >= 0, "
       "0 <= beta1, beta2 < 1 and eps > 0");
}

mamba::TrainerArray read_kind(uint32_t kind) {
  if (kind <= MAMBA_TRAIN_SECOND_MOMENTS) {
    return static_cast<mamba::TrainerArray>(kind);
  }
  fail(Status::invalid_argument,
       "Cannot use array %u of a trainer: wanted 0 to 3", kind);
}

}  // namespace

mamba_status mamba_trainer_test(const char* device, char* json,
                                uint64_t capacity, uint64_t* needed,
                                char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(device, "device");
    const auto checks = mamba::run_training_test(device);
    mamba::write_text(mamba::describe_checks(checks), json, capacity, needed);
  });
}

mamba_status mamba_trainer_create(mamba_model* model, const char* device,
                                  uint32_t threads, mamba_trainer** out,
                                  char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(device, "device");
    mamba::require(out, "out");
    mamba::LockedModel locked(model);
    locked.require_finished();
    if (locked->config().vocab_size == 0) {
      fail(Status::invalid_argument,
           "Cannot train: the model has no embedding and no head");
    }
    *out =
        new mamba_trainer(*locked, mamba::make_training_ops(device, threads));
  });
}

void mamba_trainer_destroy(mamba_trainer* trainer) { delete trainer; }

mamba_status mamba_trainer_freeze(mamba_trainer* trainer, const char* name,
                                  char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    LockedTrainer locked(trainer);
    mamba::require(name, "name");
    locked->freeze(name);
  });
}

mamba_status mamba_trainer_memory(const mamba_model_config* config,
                                  uint64_t rows, uint64_t n_sequences,
                                  uint64_t* bytes, char* error,
                                  uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(config, "config");
    mamba::require(bytes, "bytes");
    constexpr uint64_t kMost = uint64_t{1} << 32;
    if (rows > kMost || n_sequences > rows) {
      fail(Status::invalid_argument,
           "Cannot estimate the memory: wanted n_sequences <= rows <= 2^32");
    }
    *bytes = mamba::training_bytes(mamba::read_config(*config),
                                   static_cast<int64_t>(rows),
                                   static_cast<int64_t>(n_sequences));
  });
}

mamba_status mamba_trainer_accumulate(
    mamba_trainer* trainer, uint32_t n_sequences, const uint32_t* counts,
    const uint32_t* tokens, const uint32_t* targets, float scale, double* loss,
    char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    LockedTrainer locked(trainer);
    mamba::require(loss, "loss");
    *loss = locked->accumulate(read_batch(locked->config().vocab_size,
                                          n_sequences, counts, tokens, targets),
                               scale);
  });
}

mamba_status mamba_trainer_evaluate(mamba_trainer* trainer,
                                    uint32_t n_sequences,
                                    const uint32_t* counts,
                                    const uint32_t* tokens,
                                    const uint32_t* targets, double* loss,
                                    char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    LockedTrainer locked(trainer);
    mamba::require(loss, "loss");
    *loss = locked->evaluate(read_batch(locked->config().vocab_size,
                                        n_sequences, counts, tokens, targets));
  });
}

mamba_status mamba_trainer_step(mamba_trainer* trainer,
                                const mamba_adamw* options, double* norm,
                                char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    LockedTrainer locked(trainer);
    mamba::require(options, "options");
    mamba::require(norm, "norm");
    check_adamw(*options);
    mamba::AdamW adamw;
    adamw.learning_rate = options->learning_rate;
    adamw.beta1 = options->beta1;
    adamw.beta2 = options->beta2;
    adamw.eps = options->eps;
    adamw.weight_decay = options->weight_decay;
    adamw.max_norm = options->max_norm;
    *norm = locked->step(adamw);
    if (!std::isfinite(*norm)) {
      fail(Status::numeric, "Cannot step: a gradient is NaN or infinite");
    }
  });
}

uint64_t mamba_trainer_steps(const mamba_trainer* trainer) {
  return trainer == nullptr ? 0 : trainer->trainer.steps();
}

mamba_status mamba_trainer_set_steps(mamba_trainer* trainer, uint64_t steps,
                                     char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    LockedTrainer locked(trainer);
    locked->set_steps(steps);
  });
}

mamba_status mamba_trainer_zero_gradients(mamba_trainer* trainer, char* error,
                                          uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    LockedTrainer locked(trainer);
    locked->zero_gradients();
  });
}

mamba_status mamba_trainer_read(mamba_trainer* trainer, uint32_t kind,
                                const char* name, float* out, uint64_t count,
                                char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    LockedTrainer locked(trainer);
    mamba::require(name, "name");
    mamba::require(out, "out");
    locked->read(read_kind(kind), name, out, count);
  });
}

mamba_status mamba_trainer_write(mamba_trainer* trainer, uint32_t kind,
                                 const char* name, const float* data,
                                 uint64_t count, char* error,
                                 uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    LockedTrainer locked(trainer);
    mamba::require(name, "name");
    mamba::require(data, "data");
    locked->write(read_kind(kind), name, data, count);
  });
}
