#include <algorithm>
#include <chrono>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/kernels.h"
#include "core/thread_pool.h"

namespace mamba {
namespace {

// For processors without a kernel table.
PeakPass plain_peak(int64_t rounds) {
  float chains[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  for (int64_t round = 0; round < rounds; ++round) {
    for (float& chain : chains) chain = chain * 0.75f + 0.25f;
  }
  float total = 0;
  for (const float chain : chains) total += chain;
  return {16.0 * static_cast<double>(rounds), total};
}

struct PeakJob {
  PeakPass (*pass)(int64_t rounds);
  int64_t rounds;
  PeakPass done[ThreadPool::kMaxThreads];
};

void run_part(void* context, uint32_t index, uint32_t) {
  PeakJob& job = *static_cast<PeakJob*>(context);
  job.done[index] = job.pass(job.rounds);
}

PeakPass (*pass_of(PeakKind kind))(int64_t) {
  const CpuKernels* kernels = best_cpu_kernels();
  if (kernels == nullptr) return plain_peak;
  return kind == PeakKind::f32 ? kernels->peak_f32 : kernels->peak_int8;
}

}  // namespace

double measure_peak(PeakKind kind, uint32_t threads, double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  ThreadPool pool(threads);
  PeakJob job{pass_of(kind), 1000, {}};
  double best = 0;
  const Clock::time_point start = Clock::now();
  do {
    const Clock::time_point begin = Clock::now();
    pool.run(run_part, &job);
    const double took = since(begin);
    double operations = 0;
    for (uint32_t i = 0; i < pool.size(); ++i) {
      operations += job.done[i].operations;
    }
    // Long against the start of the threads, short against a preemption.
    if (took < 0.005) job.rounds *= 2;
    best = std::max(best, operations / std::max(took, 1e-9));
  } while (since(start) < seconds);
  return best;
}

}  // namespace mamba
