#include "backend/cpu/cpu_backend.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "backend/cpu/kernels.h"
#include "core/buffer.h"

namespace mamba {
namespace {

struct Simd {
  const char* name;
  const char* needs;
  const CpuKernels* kernels;  // null if not in this build
  bool supported;             // by this processor
};

// Best first.
std::vector<Simd> simd_list() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  // clang 14 has no name for F16C in __builtin_cpu_supports.
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  const bool f16c =
      __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
  const bool base =
      f16c && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool wide = base && __builtin_cpu_supports("avx512f") &&
                    __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512vl");
  return {{"avx512", "AVX-512 F, BW, DQ and VL", avx512_kernels(), wide},
          {"avx2", "AVX2, FMA and F16C", avx2_kernels(), base}};
#elif defined(__aarch64__)
  return {{"neon", "NEON", neon_kernels(), true}};
#else
  return {};
#endif
}

// The instruction set to use; an empty name, with the reason, if none.
Simd choose_simd(std::string* why_not) {
  const char* wanted = std::getenv("MAMBA_SIMD");
  const bool any = wanted == nullptr || *wanted == '\0';
  std::string needs;
  for (const Simd& simd : simd_list()) {
    if (!any && std::string(wanted) != simd.name) continue;
    if (simd.supported && simd.kernels != nullptr) return simd;
    needs = simd.needs;
  }
  if (why_not != nullptr) {
    if (!needs.empty()) {
      *why_not = "the processor has no " + needs;
    } else if (any) {
      *why_not = "there are no kernels for this kind of processor";
    } else {
      *why_not = std::string("MAMBA_SIMD=") + wanted +
                 " is not an instruction set of this kind of processor";
    }
  }
  return {"", "", nullptr, false};
}

class CpuOps final : public Ops {
 public:
  CpuOps(const CpuKernels& kernels, uint32_t threads)
      : kernels_(kernels), context_(threads) {}

  void embedding(const uint32_t* ids, int64_t n, const Matrix& table,
                 float* out) override {
    kernels_.embedding(context_, ids, n, table, out);
  }
  void in_proj_conv(const Batch& batch, const InProjConvArgs& args) override {
    kernels_.in_proj_conv(context_, batch, args);
  }
  void linear(const Batch& batch, const LinearArgs& args) override {
    kernels_.linear(context_, batch, args);
  }
  void selective_scan(const Batch& batch,
                      const SelectiveScanArgs& args) override {
    kernels_.selective_scan(context_, batch, args);
  }
  void ssd(const Batch& batch, const SsdArgs& args) override {
    kernels_.ssd(context_, batch, args);
  }
  void out_proj(const Batch& batch, const OutProjArgs& args) override {
    kernels_.out_proj(context_, batch, args);
  }
  void lm_head(const Batch& batch, const LmHeadArgs& args) override {
    kernels_.lm_head(context_, batch, args);
  }
  // A small model's token takes no longer than waking the threads for it.
  bool samples_on_device() const override { return true; }

 private:
  const CpuKernels& kernels_;
  CpuContext context_;
};

// For processors without a kernel table.
float read_plainly(const float* data, int64_t n) {
  float sum[8] = {};
  for (int64_t i = 0; i + 8 <= n; i += 8) {
    for (int64_t j = 0; j < 8; ++j) sum[j] += data[i + j];
  }
  return sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7];
}

struct ReadJob {
  float (*read)(const float*, int64_t);
  float* data;
  int64_t count;
  bool fill;
  float sums[ThreadPool::kMaxThreads];
};

void read_part(void* context, uint32_t index, uint32_t count) {
  ReadJob& job = *static_cast<ReadJob*>(context);
  const Range range = split_range(job.count, 1024, index, count);
  float* begin = job.data + range.begin;
  // Each thread touches its own part first: pages then are its own too.
  if (job.fill) std::fill(begin, job.data + range.end, 1.0f);
  job.sums[index] = job.read(begin, range.end - range.begin);
}

}  // namespace

std::unique_ptr<Ops> make_cpu_ops(uint32_t threads, std::string* why_not) {
  const Simd simd = choose_simd(why_not);
  if (simd.kernels == nullptr) return nullptr;
  return std::make_unique<CpuOps>(*simd.kernels, threads);
}

const CpuKernels* best_cpu_kernels() { return choose_simd(nullptr).kernels; }

std::string cpu_simd_name() { return choose_simd(nullptr).name; }

double measure_bandwidth(uint64_t bytes, uint32_t threads, double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  const Simd simd = choose_simd(nullptr);
  ThreadPool pool(threads);
  const int64_t count = std::max<int64_t>(1, static_cast<int64_t>(bytes / 4));
  Buffer data(static_cast<std::size_t>(count) * sizeof(float));
  ReadJob job{simd.kernels == nullptr ? read_plainly : simd.kernels->read,
              data.floats(),
              count,
              true,
              {}};
  pool.run(read_part, &job);
  job.fill = false;
  double best = 0;
  const Clock::time_point start = Clock::now();
  do {
    const Clock::time_point pass = Clock::now();
    pool.run(read_part, &job);
    best = std::max(best, static_cast<double>(count) * 4 / since(pass));
  } while (since(start) < seconds);
  return best;
}

}  // namespace mamba
