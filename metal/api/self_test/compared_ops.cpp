#include "api/self_test/compared_ops.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace mamba {
namespace {

// Sums in another order differ by less; a wrong formula by more.
constexpr double kTolerance = 1e-4;
// A number that is just between two whole ones may round either way.
constexpr double kQuantisedTolerance = 1e-2;

double tolerance_of(const Matrix& weight) {
  return is_quantised(weight.dtype) ? kQuantisedTolerance : kTolerance;
}

std::vector<float> array_of(int64_t count) {
  return std::vector<float>(static_cast<std::size_t>(count));
}

std::vector<float> copy_of(const float* from, int64_t count) {
  return std::vector<float>(from, from + count);
}

}  // namespace

// A batch over copies of the states, for the reference.
class ComparedOps::Twin {
 public:
  Twin(const Batch& batch, int64_t conv_floats, int64_t ssm_floats)
      : batch_(batch), tested_(batch) {
    for (int64_t i = 0; i < batch.n_segments; ++i) {
      Segment segment = batch.segments[i];
      if (conv_floats > 0) {
        conv_.push_back(copy_of(segment.state.conv, conv_floats));
        segment.state.conv = conv_.back().data();
      }
      if (ssm_floats > 0) {
        ssm_.push_back(copy_of(segment.state.ssm, ssm_floats));
        segment.state.ssm = ssm_.back().data();
      }
      segments_.push_back(segment);
    }
    batch_.segments = segments_.data();
  }

  const Batch& batch() const { return batch_; }
  void compare_states(ComparedOps& ops, const char* op,
                      double tolerance = kTolerance) const {
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      const LayerState& state = tested_.segments[i].state;
      if (!conv_.empty()) {
        ops.compare(op, batch_.rows, conv_[i], state.conv, "conv_state",
                    tolerance);
      }
      if (!ssm_.empty()) {
        ops.compare(op, batch_.rows, ssm_[i], state.ssm, "ssm_state",
                    tolerance);
      }
    }
  }

 private:
  Batch batch_;
  const Batch& tested_;
  std::vector<std::vector<float>> conv_, ssm_;
  std::vector<Segment> segments_;
};

void ComparedOps::compare(const char* op, int64_t rows,
                          const std::vector<float>& wanted, const float* got,
                          const char* what, double tolerance) {
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    largest = std::max(largest, std::fabs(double(wanted[i])));
    const double apart = std::fabs(double(got[i]) - double(wanted[i]));
    // Written so that a NaN counts.
    if (!(apart <= difference)) difference = apart;
  }
  const double relative = difference / std::max(largest, 1e-3);
  OpReport& report = reports_[op];
  ++report.calls;
  if (!(relative <= report.difference)) report.difference = relative;
  if (relative <= tolerance || !report.failure.empty()) return;
  char text[160];
  std::snprintf(text, sizeof text,
                "%s of %lld rows differs from the reference by %.2g of its "
                "largest number",
                what, static_cast<long long>(rows), relative);
  report.failure = text;
}

void ComparedOps::zero(float* out, int64_t n) {
  tested_->zero(out, n);
  tested_->finish();
  compare("zero", n, array_of(n), out, "the array", kTolerance);
}

void ComparedOps::copy(const float* from, int64_t n, float* to) {
  tested_->copy(from, n, to);
  tested_->finish();
  compare("copy", n, copy_of(from, n), to, "the array", kTolerance);
}

void ComparedOps::embedding(const uint32_t* ids, int64_t n, const Matrix& table,
                            float* out) {
  std::vector<float> wanted = array_of(n * table.cols);
  reference_->embedding(ids, n, table, wanted.data());
  tested_->embedding(ids, n, table, out);
  tested_->finish();
  compare("embedding", n, wanted, out, "the result", kTolerance);
}

void ComparedOps::in_proj_conv(const Batch& batch, const InProjConvArgs& args) {
  const Twin twin(batch, args.d_conv * args.channels, 0);
  std::vector<float> wanted = array_of(batch.rows * args.weight.rows);
  std::vector<float> raw =
      array_of(args.raw == nullptr ? 0 : batch.rows * args.channels);
  InProjConvArgs again = args;
  again.out = wanted.data();
  if (args.raw != nullptr) again.raw = raw.data();
  reference_->in_proj_conv(twin.batch(), again);
  tested_->in_proj_conv(batch, args);
  tested_->finish();
  compare("in_proj_conv", batch.rows, wanted, args.out, "the result",
          tolerance_of(args.weight));
  if (args.raw != nullptr) {
    compare("in_proj_conv", batch.rows, raw, args.raw, "raw",
            tolerance_of(args.weight));
  }
  twin.compare_states(*this, "in_proj_conv", tolerance_of(args.weight));
}

void ComparedOps::linear(const Batch& batch, const LinearArgs& args) {
  std::vector<float> wanted = array_of(batch.rows * args.weight.rows);
  LinearArgs again = args;
  again.out = wanted.data();
  reference_->linear(batch, again);
  tested_->linear(batch, args);
  tested_->finish();
  compare("linear", batch.rows, wanted, args.out, "the result",
          tolerance_of(args.weight));
}

void ComparedOps::selective_scan(const Batch& batch,
                                 const SelectiveScanArgs& args) {
  const Twin twin(batch, 0, args.d_state * args.d_inner);
  std::vector<float> wanted = array_of(batch.rows * args.d_inner);
  SelectiveScanArgs again = args;
  again.out = wanted.data();
  reference_->selective_scan(twin.batch(), again);
  tested_->selective_scan(batch, args);
  tested_->finish();
  compare("selective_scan", batch.rows, wanted, args.out, "the result",
          kTolerance);
  twin.compare_states(*this, "selective_scan");
}

void ComparedOps::ssd(const Batch& batch, const SsdArgs& args) {
  const int64_t d_inner = args.nheads * args.headdim;
  const Twin twin(batch, 0, args.d_state * d_inner);
  std::vector<float> wanted = array_of(batch.rows * d_inner);
  SsdArgs again = args;
  again.out = wanted.data();
  reference_->ssd(twin.batch(), again);
  tested_->ssd(batch, args);
  tested_->finish();
  compare("ssd", batch.rows, wanted, args.out, "the result", kTolerance);
  twin.compare_states(*this, "ssd");
}

void ComparedOps::out_proj(const Batch& batch, const OutProjArgs& args) {
  std::vector<float> wanted =
      copy_of(args.residual, batch.rows * args.weight.rows);
  OutProjArgs again = args;
  again.residual = wanted.data();
  reference_->out_proj(batch, again);
  tested_->out_proj(batch, args);
  tested_->finish();
  compare("out_proj", batch.rows, wanted, args.residual, "the result",
          tolerance_of(args.weight));
}

void ComparedOps::lm_head(const Batch& batch, const LmHeadArgs& args) {
  std::vector<float> wanted = array_of(args.n_rows * args.weight.rows);
  LmHeadArgs again = args;
  again.logits = wanted.data();
  reference_->lm_head(batch, again);
  tested_->lm_head(batch, args);
  tested_->finish();
  compare("lm_head", args.n_rows, wanted, args.logits, "the logits",
          tolerance_of(args.weight));
}

}  // namespace mamba
