// One table for all backends: op, shape, number format, tolerance. Each case
// runs on the reference and is compared with plain formulas in double, and on
// every other backend and is compared with the reference.
#pragma once

#include <string>
#include <vector>

#include "core/tensor.h"

namespace test {

enum class Op {
  embedding,
  in_proj_conv,
  linear,
  selective_scan,
  ssd,
  out_proj,
  lm_head
};

// What a case has beside its shape.
enum Trait : unsigned {
  plain = 0,
  with_bias = 1,       // every bias that the op may have
  layer_norm = 2,      // LayerNorm instead of RMSNorm
  without_norm = 4,    // no norm at all
  bare = 8,            // scan: no dt_proj, no D, no gate; out_proj: no residual
  extreme = 16,        // large numbers into exp and softplus
  direct_dt = 32,      // scan: dt > 0 as it is, no dt_proj, bias or softplus
  clamped = 64,        // ssd: dt_min and dt_max are reached
  without_skip = 128,  // scan: no D
  without_gate = 256,  // scan: no z
  without_dt_bias = 512,  // scan
  with_tail = 1024,       // the last three outputs are not quantised
};

// Letters of ops.h; an op reads those that it has.
struct Shape {
  int64_t M = 1;  // d_model
  int64_t D = 1;  // d_inner, or rows of a matrix
  int64_t N = 1;  // d_state
  int64_t K = 4;  // d_conv
  int64_t R = 1;  // dt_rank
  int64_t P = 1;  // headdim
  int64_t G = 1;  // ngroups
};

struct OpCase {
  Op op;
  Shape shape;
  std::vector<int64_t> counts;  // rows of each sequence
  mamba::Dtype dtype;
  unsigned traits;
  double tolerance;
};

constexpr mamba::Dtype f32 = mamba::Dtype::f32;
constexpr mamba::Dtype f16 = mamba::Dtype::f16;
constexpr mamba::Dtype bf16 = mamba::Dtype::bf16;
constexpr mamba::Dtype q8 = mamba::Dtype::q8;
constexpr mamba::Dtype q4 = mamba::Dtype::q4;

// A row of each of so many sequences.
inline std::vector<int64_t> decoded(int sequences) {
  return std::vector<int64_t>(static_cast<std::size_t>(sequences), 1);
}

// clang-format off
inline const std::vector<OpCase>& op_cases() {
  static const std::vector<OpCase> cases = {
    // op                M    D    N   K  R  P  G    rows       dtype  traits
    {Op::embedding,    {64,  97},                   {5},        f32,  plain, 0},
    {Op::embedding,    {37,  11},                   {3, 1},     f16,  plain, 0},
    {Op::embedding,    {1,   2},                    {1},        bf16, plain, 0},
    {Op::embedding,    {64,  97},                   {5},        q8,   plain, 1e-7},
    {Op::embedding,    {37,  11},                   {3, 1},     q4,   plain, 1e-7},

    {Op::in_proj_conv, {64,  96,  1,  4},           {1},        f32,  plain, 1e-5},
    {Op::in_proj_conv, {64,  96,  1,  4},           {1},        f16,  with_bias, 1e-5},
    {Op::in_proj_conv, {768, 160, 1,  4},           {1},        bf16, plain, 1e-5},
    {Op::in_proj_conv, {40,  80,  1,  3},           {7},        f32,  with_bias, 1e-5},
    {Op::in_proj_conv, {33,  17,  1,  2},           {1, 1, 1},  f32,  layer_norm | with_bias, 1e-5},
    {Op::in_proj_conv, {64,  96,  1,  4},           decoded(4), f16,  with_bias, 1e-5},
    {Op::in_proj_conv, {264, 96,  1,  4},           decoded(5), f16,  plain, 1e-5},
    {Op::in_proj_conv, {40,  67,  1,  3},           decoded(8), bf16, with_bias, 1e-5},
    {Op::in_proj_conv, {40,  80,  1,  4},           decoded(19), f32, plain, 1e-5},
    {Op::in_proj_conv, {20,  50,  1,  4},           {2, 9, 1},  bf16, layer_norm, 1e-5},
    {Op::in_proj_conv, {64,  200, 1,  4},           {70},       f32,  without_norm, 1e-5},
    {Op::in_proj_conv, {130, 67,  1,  4},           {65, 3},    f16,  with_bias, 1e-5},
    {Op::in_proj_conv, {3,   1,   1,  1},           {2},        f32,  plain, 1e-5},
    {Op::in_proj_conv, {16,  40,  1,  7},           {5},        f32,  with_bias, 1e-5},

    // A number that is just between two whole ones may round either way.
    {Op::in_proj_conv, {64,  96,  1,  4},           {1},        q8,   plain, 2e-3},
    {Op::in_proj_conv, {768, 160, 1,  4},           {1},        q4,   with_tail, 2e-3},
    {Op::in_proj_conv, {768, 67,  1,  4},           {1, 1, 1},  q8,   with_tail | with_bias, 2e-3},
    {Op::in_proj_conv, {40,  80,  1,  3},           {7},        q4,   with_bias, 2e-3},
    {Op::in_proj_conv, {130, 200, 1,  4},           {65, 3},    q4,   with_tail | layer_norm, 2e-3},
    {Op::in_proj_conv, {64,  200, 1,  4},           {70},       q8,   without_norm | with_tail, 2e-6},
    {Op::in_proj_conv, {130, 67,  1,  4},           decoded(8), q4,   without_norm | with_tail | with_bias, 2e-6},
    {Op::in_proj_conv, {40,  80,  1,  3},           decoded(19), q8,  without_norm | with_tail, 2e-6},

    {Op::linear,       {128, 36},                   {1},        f32,  plain, 1e-5},
    {Op::linear,       {130, 41},                   {1, 1},     f16,  with_bias, 1e-5},
    {Op::linear,       {77,  21},                   {19},       bf16, plain, 1e-5},
    {Op::linear,       {1536, 80},                  {33},       f32,  with_bias, 1e-5},
    {Op::linear,       {1,   1},                    {3},        f32,  plain, 1e-5},
    {Op::linear,       {128, 36},                   {1},        q8,   plain, 2e-6},
    {Op::linear,       {130, 41},                   {1, 1},     q4,   with_bias, 2e-6},
    {Op::linear,       {1536, 80},                  {33},       q8,   with_bias | with_tail, 2e-6},
    {Op::linear,       {77,  21},                   {19},       q4,   plain, 2e-6},
    {Op::linear,       {1,   1},                    {3},        q8,   plain, 2e-6},
    {Op::linear,       {2100, 36},                  {1},        q4,   with_tail, 2e-6},
    {Op::linear,       {66,  2070},                 {1, 1},     q4,   with_tail, 2e-6},
    {Op::linear,       {35,  32790},                {1},        q8,   with_bias, 2e-6},

    {Op::selective_scan, {1, 128, 16, 4, 4},        {1},        f32,  plain, 1e-5},
    {Op::selective_scan, {1, 128, 16, 4, 4},        {40},       f32,  plain, 2e-5},
    {Op::selective_scan, {1, 80,  8,  4, 5},        {7, 2},     f16,  plain, 1e-5},
    {Op::selective_scan, {1, 33,  5,  4, 3},        {1, 1, 1},  bf16, plain, 1e-5},
    {Op::selective_scan, {1, 64,  16, 4, 4},        decoded(7), f16,  plain, 1e-5},
    {Op::selective_scan, {1, 45,  5,  4, 3},        decoded(10), f32, bare, 1e-5},
    {Op::selective_scan, {1, 33,  16, 4, 3},        decoded(2), f32,  without_gate | without_dt_bias, 1e-5},
    {Op::selective_scan, {1, 33,  5,  4, 3},        {11, 1},    f32,  bare, 1e-5},
    {Op::selective_scan, {1, 7,   1,  4, 1},        {4},        f32,  plain, 1e-5},
    {Op::selective_scan, {1, 40,  16, 4, 3},        {6, 1},     f32,  direct_dt, 1e-5},
    {Op::selective_scan, {1, 33,  16, 4, 3},        {5, 1},     f32,  without_skip, 1e-5},
    {Op::selective_scan, {1, 33,  16, 4, 3},        {5, 1},     f32,  without_gate | without_dt_bias, 1e-5},
    {Op::selective_scan, {1, 48,  16, 4, 2},        {20},       f32,  extreme, 2e-5},
    {Op::selective_scan, {1, 64,  16, 4, 33},       {1},        f32,  extreme, 2e-5},
    {Op::selective_scan, {1, 37,  20, 4, 4},        {400, 3},   f32,  plain, 2e-5},

    {Op::ssd,          {1,  64,  16, 4, 1, 16, 1},  {1},        f32,  plain, 1e-5},
    {Op::ssd,          {1,  128, 128, 4, 1, 64, 1}, {1, 1},     f32,  plain, 1e-5},
    {Op::ssd,          {1,  128, 16, 4, 1, 64, 2},  decoded(8), f32,  plain, 1e-5},
    {Op::ssd,          {1,  63,  9,  4, 1, 7,  3},  decoded(11), f32, plain, 1e-5},
    {Op::ssd,          {1,  128, 16, 4, 1, 16, 2},  {40},       f32,  plain, 3e-5},
    {Op::ssd,          {1,  128, 64, 4, 1, 64, 1},  {150},      f32,  plain, 3e-5},
    {Op::ssd,          {1,  63,  9,  4, 1, 7,  3},  {5, 1, 66}, f32,  plain, 3e-5},
    {Op::ssd,          {1,  5,   3,  4, 1, 1,  1},  {3},        f32,  plain, 1e-5},
    {Op::ssd,          {1,  64,  16, 4, 1, 16, 1},  {30},       f32,  clamped, 1e-5},
    {Op::ssd,          {1,  64,  16, 4, 1, 32, 1},  {80},       f32,  extreme, 3e-5},
    {Op::ssd,          {1,  64,  16, 4, 1, 32, 2},  {1, 1, 1},  f32,  extreme, 1e-5},

    {Op::out_proj,     {64,  128},                  {1},        f32,  plain, 1e-5},
    {Op::out_proj,     {40,  81},                   {3},        f16,  with_bias | without_norm, 1e-5},
    {Op::out_proj,     {64,  128, 1, 4, 1, 1, 4},   {1, 1},     bf16, plain, 1e-5},
    {Op::out_proj,     {33,  66,  1, 4, 1, 1, 2},   {9, 2},     f32,  bare, 1e-5},
    {Op::out_proj,     {70,  192, 1, 4, 1, 1, 1},   {65},       f32,  with_bias, 1e-5},
    {Op::out_proj,     {64,  128},                  {1},        q4,   without_norm, 2e-6},
    {Op::out_proj,     {40,  192, 1, 4, 1, 1, 2},   {9, 2},     q8,   with_bias, 2e-3},
    // The last block is rotated with what fills it up.
    {Op::out_proj,     {40,  100},                  decoded(3), q8,   without_norm, 2e-6},
    {Op::out_proj,     {70,  160},                  {65, 2},    q4,   without_norm | bare, 2e-6},

    {Op::lm_head,      {64,  104},                  {1},        f32,  plain, 1e-5},
    {Op::lm_head,      {40,  83},                   {6, 3},     f16,  layer_norm | with_bias, 1e-5},
    {Op::lm_head,      {129, 300},                  {1, 1, 1},  bf16, plain, 1e-5},
    {Op::lm_head,      {64,  97},                   {40},       f32,  plain, 1e-5},
    {Op::lm_head,      {768, 300},                  {1},        q8,   plain, 2e-4},
    {Op::lm_head,      {40,  83},                   {6, 3},     q8,   layer_norm, 2e-4},
    {Op::lm_head,      {100, 300},                  decoded(7), q8,   plain, 2e-4},
    {Op::lm_head,      {64,  97},                   {70},       q8,   without_norm, 2e-6},
  };
  return cases;
}
// clang-format on

// "ssd f32 D=64 N=16 …", for messages.
std::string title(const OpCase& op_case);

// The numbers that a case leaves behind: the result, then the states.
struct OpOutput {
  std::vector<float> result;
  std::vector<float> conv;
  std::vector<float> ssm;
};

}  // namespace test
