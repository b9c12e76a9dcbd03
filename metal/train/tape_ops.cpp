#include "train/tape_ops.h"

#include "core/error.h"

namespace mamba {

void TapeOps::embedding(const uint32_t* ids, int64_t n, const Matrix& table,
                        float* out) {
  forward_.embedding(ids, n, table, out);
  gradients_.add(out, n * table.cols);
  EmbeddingBackward record;
  record.ids = ids;
  record.n = n;
  record.vocab_size = table.rows;
  record.d_model = table.cols;
  record.d_out = out;
  record.d_table = gradients_.weight(table.data);
  records_.push_back(record);
}

void TapeOps::in_proj_conv(const Batch& batch, const InProjConvArgs& args) {
  const int64_t inputs = batch.rows * args.weight.cols;
  // The residual stream goes on changing: what this op read is kept.
  float* x = arena_.allocate<float>(inputs);
  forward_.copy(args.x, inputs, x);
  InProjConvBackward record;
  record.forward = args;
  record.forward.raw = arena_.allocate<float>(batch.rows * args.channels);
  forward_.in_proj_conv(batch, record.forward);
  record.forward.x = x;
  record.d_x = const_cast<float*>(args.x);
  gradients_.add(args.out, batch.rows * args.weight.rows);
  records_.push_back(record);
}

void TapeOps::linear(const Batch& batch, const LinearArgs& args) {
  forward_.linear(batch, args);
  gradients_.add(args.out, batch.rows * args.weight.rows);
  LinearBackward record;
  record.forward = args;
  records_.push_back(record);
}

void TapeOps::selective_scan(const Batch& batch,
                             const SelectiveScanArgs& args) {
  forward_.selective_scan(batch, args);
  gradients_.add(args.out, batch.rows * args.d_inner);
  SelectiveScanBackward record;
  record.forward = args;
  records_.push_back(record);
}

void TapeOps::ssd(const Batch& batch, const SsdArgs& args) {
  forward_.ssd(batch, args);
  gradients_.add(args.out, batch.rows * args.nheads * args.headdim);
  SsdBackward record;
  record.forward = args;
  records_.push_back(record);
}

void TapeOps::out_proj(const Batch& batch, const OutProjArgs& args) {
  forward_.out_proj(batch, args);
  if (!args.accumulate) {
    fail(Status::internal, "Cannot train a mixer without its residual stream");
  }
  OutProjBackward record;
  record.forward = args;
  records_.push_back(record);
}

void TapeOps::lm_head(const Batch&, const LmHeadArgs&) {
  fail(Status::internal, "Cannot put the head on a tape: it has the loss");
}

// One function per op: looks up the gradients, goes back, and gives up those
// of the op's result, which nothing before it has read.
struct TapeOps::Replay {
  const Batch& batch;
  BackwardOps& backward;
  GradientMap& map;

  NormGradient norm(const Norm& norm) const {
    return {map.weight(norm.weight), map.weight(norm.bias)};
  }

  void operator()(EmbeddingBackward& op) const {
    if (op.d_table == nullptr) return;
    op.d_out = map.of(op.d_out);
    backward.embedding(op);
  }

  void operator()(InProjConvBackward& op) const {
    const InProjConvArgs& in = op.forward;
    op.d_out = map.of(in.out);
    op.d_x = map.of(op.d_x);
    op.d_norm = norm(in.norm);
    op.d_weight = map.weight(in.weight.data);
    op.d_bias = map.weight(in.bias);
    op.d_conv_weight = map.weight(in.conv_weight);
    op.d_conv_bias = map.weight(in.conv_bias);
    backward.in_proj_conv(batch, op);
    map.release(in.out);
  }

  void operator()(LinearBackward& op) const {
    const LinearArgs& in = op.forward;
    op.d_out = map.of(in.out);
    op.d_x = map.of(in.x);
    op.d_weight = map.weight(in.weight.data);
    op.d_bias = map.weight(in.bias);
    backward.linear(batch, op);
    map.release(in.out);
  }

  void operator()(SelectiveScanBackward& op) const {
    const SelectiveScanArgs& in = op.forward;
    op.d_out = map.of(in.out);
    op.d_u = map.of(in.u);
    op.d_dt = map.of(in.dt);
    op.d_B = map.of(in.B);
    op.d_C = map.of(in.C);
    op.d_z = in.z == nullptr ? nullptr : map.of(in.z);
    op.d_dt_proj = map.weight(in.dt_proj.data);
    op.d_dt_bias = map.weight(in.dt_bias);
    op.d_A = map.weight(in.A);
    op.d_D = map.weight(in.D);
    backward.selective_scan(batch, op);
    map.release(in.out);
  }

  void operator()(SsdBackward& op) const {
    const SsdArgs& in = op.forward;
    op.d_out = map.of(in.out);
    op.d_z = map.of(in.z);
    op.d_x = map.of(in.x);
    op.d_B = map.of(in.B);
    op.d_C = map.of(in.C);
    op.d_dt = map.of(in.dt);
    op.d_dt_bias = map.weight(in.dt_bias);
    op.d_A = map.weight(in.A);
    op.d_D = map.weight(in.D);
    backward.ssd(batch, op);
    map.release(in.out);
  }

  void operator()(OutProjBackward& op) const {
    const OutProjArgs& in = op.forward;
    op.d_residual = map.of(in.residual);
    op.d_y = map.of(in.y);
    op.d_norm = norm(in.norm);
    op.d_weight = map.weight(in.weight.data);
    op.d_bias = map.weight(in.bias);
    backward.out_proj(batch, op);
  }
};

void TapeOps::replay(const Batch& batch, BackwardOps& backward) {
  const Replay replay{batch, backward, gradients_};
  for (std::size_t i = records_.size(); i-- > 0;) {
    std::visit(replay, records_[i]);
  }
  records_.clear();
}

}  // namespace mamba
