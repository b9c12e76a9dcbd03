#include <metal_stdlib>
using namespace metal;

constant uint kRows = 4;
constexpr constant float kTable[4] = {1, 2, 3, 4};
constant float4 kOnes = float4(1);
constant bool HAS_BIAS [[function_constant(0)]];
constant int WIDTH [[function_constant(1)]];

static_assert(kRows % 2 == 0, "rows go in pairs");

template <uint N>
struct Tile {
  static constexpr constant uint size = N * kRows;
};

enum class Mode : uint { plain, biased };

float look(constant float* values, uint i) { return values[i]; }

kernel void k(device float* x [[buffer(0)]], constant float* bias [[buffer(1)]],
              uint i [[thread_position_in_grid]]) {
  constexpr uint half_rows = kRows / 2;
  float sums[Tile<2>::size + half_rows] = {};
  const Mode mode = HAS_BIAS ? Mode::biased : Mode::plain;
  constant float* values = mode == Mode::biased ? bias : kTable;
#pragma unroll
  for (uint j = 0; j < kRows; ++j) sums[j] += look(values, j);
  if (is_function_constant_defined(WIDTH) && WIDTH > 8) sums[0] = kOnes.x;
  x[i] = sums[0] + sums[kRows - 1];
}
