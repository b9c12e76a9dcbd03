// What the processor computes at most.
#include "api/guard.h"
#include "backend/cpu/cpu_backend.h"
#include "core/thread_pool.h"

mamba_status mamba_measure_peak(uint32_t kind, uint32_t threads, double seconds,
                                double* ops_per_second, char* error,
                                uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(ops_per_second, "ops_per_second");
    // Written so that a NaN fails too.
    if (kind > MAMBA_PEAK_INT8 || !(seconds > 0 && seconds <= 60) ||
        threads > mamba::ThreadPool::kMaxThreads) {
      mamba::fail(mamba::Status::invalid_argument,
                  "Cannot measure the peak: wanted a kind of peak, threads <= "
                  "%u and 0 < seconds <= 60",
                  mamba::ThreadPool::kMaxThreads);
    }
    *ops_per_second = mamba::measure_peak(
        kind == MAMBA_PEAK_INT8 ? mamba::PeakKind::int8 : mamba::PeakKind::f32,
        threads, seconds);
  });
}
