// Numbers for the cases of op_cases.h, the same on every run and machine.
#pragma once

#include <cstdint>
#include <vector>

#include "op_cases.h"
#include "ops/ops.h"

namespace test {

// How a matrix is quantised, if it is: as in Matrix.
struct Quantisation {
  int64_t tail = 0;
  bool rotated = false;
  bool fine = false;
};

// A matrix in a number format, with the values that it stands for.
struct TestMatrix {
  mamba::Matrix view() const;

  std::vector<unsigned char> bytes;
  std::vector<float> values;
  mamba::Dtype dtype = mamba::Dtype::f32;
  int64_t rows = 0;
  int64_t cols = 0;
  Quantisation how;
};

// `n` numbers in [-scale, scale), a series of its own for each seed.
std::vector<float> numbers(int64_t n, float scale, uint64_t seed);
TestMatrix matrix(int64_t rows, int64_t cols, mamba::Dtype dtype, uint64_t seed,
                  Quantisation how = {});

// Everything that the ops read. Made once per case, read by every backend.
struct OpInputs {
  explicit OpInputs(const OpCase& op_case);

  int64_t rows = 0;
  int64_t x_stride = 0;  // columns of x
  int64_t heads = 1;
  std::vector<uint32_t> ids;
  std::vector<int64_t> wanted_rows;  // of lm_head
  // The input; of the scans: all columns. In linear, as in the model, each row
  // is followed by as much that is not read.
  std::vector<float> x;
  std::vector<float> residual;
  std::vector<float> norm_weight, norm_bias, bias;
  std::vector<float> conv_weight, conv_bias;
  std::vector<float> dt_bias, A, D;
  TestMatrix weight;
  TestMatrix dt_proj;
  std::vector<float> conv_state, ssm_state;  // of all sequences
};

// The size of one sequence's states.
int64_t conv_floats(const OpCase& op_case);
int64_t ssm_floats(const OpCase& op_case);
// Columns of in_proj_conv that are convolved begin at this one, and there are
// so many.
int64_t conv_begin(const OpCase& op_case);
int64_t conv_channels(const OpCase& op_case);
// The clamp of ssd.
float dt_min(const OpCase& op_case);
float dt_max(const OpCase& op_case);

OpOutput run_op(const OpCase& op_case, const OpInputs& inputs, mamba::Ops& ops);

}  // namespace test
