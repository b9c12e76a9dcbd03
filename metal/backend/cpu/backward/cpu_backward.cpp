#include "backend/cpu/backward/cpu_backward.h"

#include "backend/cpu/backward/backward_kernels.h"
#include "backend/cpu/cpu_backend.h"

namespace mamba {
namespace {

class CpuBackward final : public BackwardOps {
 public:
  CpuBackward(const BackwardKernels& kernels, uint32_t threads)
      : kernels_(kernels), context_(threads) {}

  void embedding(const EmbeddingBackward& args) override {
    fresh_arena();
    kernels_.embedding(context_, args);
  }
  void in_proj_conv(const Batch& batch,
                    const InProjConvBackward& args) override {
    fresh_arena();
    kernels_.in_proj_conv(context_, batch, args);
  }
  void linear(const Batch& batch, const LinearBackward& args) override {
    fresh_arena();
    kernels_.linear(context_, batch, args);
  }
  void selective_scan(const Batch& batch,
                      const SelectiveScanBackward& args) override {
    fresh_arena();
    kernels_.selective_scan(context_, batch, args);
  }
  void ssd(const Batch& batch, const SsdBackward& args) override {
    fresh_arena();
    kernels_.ssd(context_, batch, args);
  }
  void out_proj(const Batch& batch, const OutProjBackward& args) override {
    fresh_arena();
    kernels_.out_proj(context_, batch, args);
  }
  void cross_entropy(CrossEntropyArgs& args) override {
    fresh_arena();
    kernels_.cross_entropy(context_, args);
  }

 private:
  // Ops leave nothing behind, so that several blocks become one here.
  void fresh_arena() { context_.arena.reset(); }

  const BackwardKernels& kernels_;
  BackwardContext context_;
};

const BackwardKernels* kernels_of([[maybe_unused]] const std::string& simd) {
#if defined(__x86_64__)
  return simd == "avx512" ? avx512_backward_kernels() : avx2_backward_kernels();
#elif defined(__aarch64__)
  return neon_backward_kernels();
#else
  return nullptr;
#endif
}

}  // namespace

std::unique_ptr<BackwardOps> make_cpu_backward(uint32_t threads,
                                               std::string* why_not) {
  // Where there is no forward, there is no backward, for the same reason.
  if (make_cpu_ops(1, why_not) == nullptr) return nullptr;
  return std::make_unique<CpuBackward>(*kernels_of(cpu_simd_name()), threads);
}

}  // namespace mamba
