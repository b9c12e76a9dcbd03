// Whole-number products with AVX-512 VNNI; empty on other processors.
#include "backend/cpu/quant/quant_kernels.h"

#if defined(__AVX512VNNI__)

// GCC 12 warns about its own header's deliberately undefined operands.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#else
#include <immintrin.h>
#endif

#include "quant/rotation.h"

#define MAMBA_QUANT_ISA vnni_quant

namespace mamba::MAMBA_QUANT_ISA {
namespace {

using Ints = __m512i;
using Floats = __m512;
constexpr int kVectors = 1;
constexpr int kRows = 8, kFineRows = 8;
// Loads would bound one panel: each serves twice.
constexpr int kPanels = 2, kPanelRows = 4;
// The first side of the dot product is unsigned: q + 128.
constexpr int kOffset8 = 128;
constexpr int64_t kStep = kQuantPanel * kQuantQuad;
template <bool Four>
constexpr int64_t kAhead = 4096;
// Measured: the second level for 8 bits, past the caches for 4.
template <bool Four>
constexpr int kAheadLevel = Four ? 0 : 2;
// Few rows would wait for each product before the next.
template <int Sums, int Few>
constexpr int kChainsOf = Sums <= Few ? 2 : 1;

inline Floats no_floats() { return _mm512_setzero_ps(); }
inline void store_floats(float* to, int, Floats x) { _mm512_storeu_ps(to, x); }
inline __m512i quad(const int8_t* p) {
  int value;
  __builtin_memcpy(&value, p, 4);
  return _mm512_set1_epi32(value);
}
inline Floats scales_of(const uint8_t* scales, int) {
  return _mm512_cvtph_ps(
      _mm256_loadu_si256(reinterpret_cast<const __m256i*>(scales)));
}
inline Floats fused(Ints dots, Floats d, float x_scale, Floats acc) {
  const Floats dot = _mm512_cvtepi32_ps(dots);
  return _mm512_fmadd_ps(dot, _mm512_mul_ps(_mm512_set1_ps(x_scale), d), acc);
}

inline Ints of_bytes(Ints high, Ints low, int32_t start) {
  return _mm512_add_epi32(_mm512_slli_epi32(high, 4),
                          _mm512_add_epi32(low, _mm512_set1_epi32(start)));
}

template <int R, int P, int C>
inline void start_chains(const int32_t* starts, __m512i acc[R][P][C]) {
  for (int r = 0; r < R; ++r) {
    for (int p = 0; p < P; ++p) {
      acc[r][p][0] = _mm512_set1_epi32(starts == nullptr ? 0 : starts[r]);
      for (int c = 1; c < C; ++c) acc[r][p][c] = _mm512_setzero_si512();
    }
  }
}
template <int R, int P, int C>
inline void join_chains(const __m512i acc[R][P][C], Ints dots[R][P]) {
  for (int r = 0; r < R; ++r) {
    for (int p = 0; p < P; ++p) {
      dots[r][p] = C == 1 ? acc[r][p][0]
                          : _mm512_add_epi32(acc[r][p][0], acc[r][p][C - 1]);
    }
  }
}

template <int R, int P>
inline void dot_8(const uint8_t* q, int64_t panel_bytes,
                  const int8_t* const x[R], const int32_t* starts,
                  Ints dots[R][P]) {
  constexpr int kChains = kChainsOf<R * P, 1>;
  const __m512i offset = _mm512_set1_epi8(static_cast<char>(0x80));
  __m512i acc[R][P][kChains];
  start_chains<R, P, kChains>(starts, acc);
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    __m512i weights[P];
    for (int p = 0; p < P; ++p) {
      weights[p] = _mm512_xor_si512(
          _mm512_loadu_si512(q + p * panel_bytes + i * kStep), offset);
    }
    for (int r = 0; r < R; ++r) {
      const __m512i in = quad(x[r] + i * kQuantQuad);
      for (int p = 0; p < P; ++p) {
        __m512i& sum = acc[r][p][i % kChains];
        sum = _mm512_dpbusd_epi32(sum, weights[p], in);
      }
    }
  }
  join_chains<R, P, kChains>(acc, dots);
}

template <int R, int P>
inline void dot_4(const uint8_t* q, int64_t panel_bytes,
                  const int8_t* const x[R], const int32_t* starts,
                  Ints dots[R][P]) {
  constexpr int kChains = kChainsOf<R * P, 2>;
  const __m512i mask = _mm512_set1_epi8(15);
  __m512i acc[R][P][kChains];
  start_chains<R, P, kChains>(starts, acc);
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    __m512i low[P], high[P];
    for (int p = 0; p < P; ++p) {
      const __m512i two = _mm512_loadu_si512(q + p * panel_bytes + i * kStep);
      low[p] = _mm512_and_si512(two, mask);
      high[p] = _mm512_and_si512(_mm512_srli_epi16(two, 4), mask);
    }
    for (int r = 0; r < R; ++r) {
      const __m512i near = quad(x[r] + i * kQuantQuad);
      const __m512i far = quad(x[r] + 16 + i * kQuantQuad);
      for (int p = 0; p < P; ++p) {
        __m512i &first = acc[r][p][0], &last = acc[r][p][kChains - 1];
        first = _mm512_dpbusd_epi32(first, low[p], near);
        last = _mm512_dpbusd_epi32(last, high[p], far);
      }
    }
  }
  join_chains<R, P, kChains>(acc, dots);
}

// Lanes with a 1 in `minus` are what is across less themselves, the others the
// sum.
inline __m512 add_across(__m512 own, __m512 across, __mmask16 minus) {
  return _mm512_mask_sub_ps(_mm512_add_ps(own, across), minus, across, own);
}
inline __m512 rotate_lanes(__m512 v) {
  v = add_across(v, _mm512_shuffle_f32x4(v, v, 0x4e), 0xff00);
  v = add_across(v, _mm512_shuffle_f32x4(v, v, 0xb1), 0xf0f0);
  v = add_across(v, _mm512_shuffle_ps(v, v, 0x4e), 0xcccc);
  v = add_across(v, _mm512_shuffle_ps(v, v, 0xb1), 0xaaaa);
  return _mm512_mul_ps(v, _mm512_set1_ps(kRotatedInput));
}
inline void rotate(const float* x, float* to) {
  const __m512 a = _mm512_loadu_ps(x), b = _mm512_loadu_ps(x + 16);
  _mm512_store_ps(to, rotate_lanes(_mm512_add_ps(a, b)));
  _mm512_store_ps(to + 16, rotate_lanes(_mm512_sub_ps(a, b)));
}

inline uint32_t largest_bits(const float* x) {
  const __m512i mask = _mm512_set1_epi32(0x7fffffff);
  const __m512i a = _mm512_and_si512(_mm512_loadu_si512(x), mask);
  const __m512i b = _mm512_and_si512(_mm512_loadu_si512(x + 16), mask);
  return _mm512_reduce_max_epu32(_mm512_max_epu32(a, b));
}

// Returns the sum of the numbers.
inline int32_t round_block(const float* x, float inverse, int8_t* numbers) {
  const __m512 scale = _mm512_set1_ps(inverse);
  const __m512i a =
      _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(x), scale));
  const __m512i b =
      _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(x + 16), scale));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(numbers),
                   _mm512_cvtepi32_epi8(a));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(numbers + 16),
                   _mm512_cvtepi32_epi8(b));
  return _mm512_reduce_add_epi32(_mm512_add_epi32(a, b));
}

// The same of numbers of 12 bits, 16 · high + low.
inline int32_t round_fine(const float* x, float inverse, int8_t* high,
                          int8_t* low) {
  const __m512 scale = _mm512_set1_ps(inverse);
  __m512i sum = _mm512_setzero_si512();
  for (int i = 0; i < 32; i += 16) {
    const __m512i q =
        _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(x + i), scale));
    // (q + 8) / 16, downwards.
    const __m512i upper = _mm512_sub_epi32(
        _mm512_srli_epi32(_mm512_add_epi32(q, _mm512_set1_epi32(8 + 2048)), 4),
        _mm512_set1_epi32(128));
    const __m512i rest = _mm512_sub_epi32(q, _mm512_slli_epi32(upper, 4));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(high + i),
                     _mm512_cvtepi32_epi8(upper));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(low + i),
                     _mm512_cvtepi32_epi8(rest));
    sum = _mm512_add_epi32(sum, q);
  }
  return _mm512_reduce_add_epi32(sum);
}

}  // namespace
}  // namespace mamba::MAMBA_QUANT_ISA

#include "backend/cpu/quant/quant_products.h"

namespace mamba {
const QuantKernels* vnni_quant_kernels() {
  return vnni_quant::quant_table("VNNI");
}
}  // namespace mamba

#else

namespace mamba {
const QuantKernels* vnni_quant_kernels() { return nullptr; }
}  // namespace mamba

#endif
