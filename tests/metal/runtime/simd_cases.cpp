// SIMD-group functions and matrices, against plain loops.
#include <algorithm>

#include "call.h"

using runtime::Call;
using runtime::Numbers;
using runtime::run_right;

namespace {

constexpr uint32_t kRows = 14;

// What the kernel `simd` writes for one lane of a SIMD-group.
template <class T>
std::vector<double> expected(const T* x, uint32_t lanes, uint32_t lane) {
  std::vector<double> row = {0, 1, 1e30, -1e30, 0, 0, 1, 1};
  for (uint32_t i = 0; i < lanes; ++i) {
    const double a = double(x[i]);
    row[0] += a;
    row[1] *= a;
    row[2] = std::min(row[2], a);
    row[3] = std::max(row[3], a);
    if (i <= lane) row[4] += a;
    if (i < lane) row[5] += a;
    if (i <= lane) row[6] *= a;
    if (i < lane) row[7] *= a;
  }
  for (const uint32_t from :
       {5u, 0u, 7 - lane % 8, lane ^ 6, lane < 3 ? lane : lane - 3,
        lane < 5 ? lane + 3 : lane}) {
    row.push_back(double(x[from]));
  }
  return row;
}

template <class T>
void check_simd(const std::string& name, double tolerance,
                T (*value)(uint32_t)) {
  // The last SIMD-group has 8 lanes.
  constexpr uint32_t kThreads = 72;
  std::vector<T> x(kThreads), out(kRows * kThreads);
  for (uint32_t i = 0; i < kThreads; ++i) x[i] = value(i);
  Call call(name);
  call.buffer(0, x).buffer(1, out).bytes(2, &kThreads, 4);
  run_right(call.grid(1).threads(kThreads));
  for (uint32_t i = 0; i < kThreads; ++i) {
    const uint32_t first = i / 32 * 32;
    const std::vector<double> wanted =
        expected(&x[first], std::min(32u, kThreads - first), i - first);
    for (uint32_t f = 0; f < kRows; ++f) {
      const double got = double(out[f * kThreads + i]);
      if (std::fabs(got - wanted[f]) <=
          tolerance * (1.0 + std::fabs(wanted[f]))) {
        continue;
      }
      test::report(
          name.c_str(), int(f),
          test::text("thread %u: %g instead of %g", i, got, wanted[f]));
    }
  }
}

// One in a dozen is 2 or 3, so that products stay small.
template <class T>
T small_number(uint32_t i) {
  return T(i % 12 == 7 ? 2 + i % 2 : 1);
}
float fraction(uint32_t i) { return 0.7f + 0.001f * float(i * 37 % 400); }

// a b for square matrices.
template <class A, class B>
std::vector<double> product(const std::vector<A>& a, const std::vector<B>& b,
                            uint32_t n) {
  std::vector<double> c(n * n);
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t j = 0; j < n; ++j) {
      for (uint32_t k = 0; k < n; ++k) {
        c[i * n + j] += double(a[i * n + k]) * double(b[k * n + j]);
      }
    }
  }
  return c;
}

template <class T>
std::vector<T> numbers_of(std::size_t count) {
  const std::vector<float> list = Numbers().many(count);
  return std::vector<T>(list.begin(), list.end());
}

template <class A, class B>
void check_product(const std::string& name) {
  constexpr uint32_t kSide = 40;
  std::vector<A> a = numbers_of<A>(kSide * kSide);
  std::vector<B> b = numbers_of<B>(kSide * kSide);
  std::reverse(b.begin(), b.end());
  std::vector<float> c(kSide * kSide);
  Call call(name);
  call.buffer(0, a).buffer(1, b).buffer(2, c).bytes(3, &kSide, 4);
  run_right(call.grid(kSide / 8, kSide / 8).threads(32));
  CHECK_CLOSE(c, product(a, b, kSide), 1e-6);
}

std::vector<double> transposed(const std::vector<float>& x) {
  std::vector<double> result(64);
  for (int i = 0; i < 64; ++i) result[i] = double(x[i % 8 * 8 + i / 8]);
  return result;
}

std::vector<float> part(const std::vector<float>& list, int index) {
  return std::vector<float>(list.begin() + index * 64,
                            list.begin() + index * 64 + 64);
}

}  // namespace

TEST("simd_sum() and its kin combine the lanes of float") {
  check_simd<float>("simd_float", 1e-5, fraction);
}
TEST("simd_sum() and its kin combine the lanes of half") {
  check_simd<_Float16>("simd_half", 0, small_number<_Float16>);
}
TEST("simd_sum() and its kin combine the lanes of integers") {
  check_simd<int32_t>("simd_int", 0, small_number<int32_t>);
  check_simd<uint32_t>("simd_uint", 0, small_number<uint32_t>);
  check_simd<uint16_t>("simd_ushort", 0, small_number<uint16_t>);
}

TEST("simd_ballot() and its kin see every lane") {
  constexpr uint32_t kThreads = 50;
  std::vector<uint32_t> x(kThreads), out(6 * kThreads);
  for (uint32_t i = 0; i < kThreads; ++i) x[i] = i * 2654435761u >> 3;
  Call call("votes");
  call.buffer(0, x).buffer(1, out).bytes(2, &kThreads, 4);
  run_right(call.grid(1).threads(kThreads));
  for (uint32_t i = 0; i < kThreads; ++i) {
    const uint32_t first = i / 32 * 32, last = std::min(first + 32, kThreads);
    uint32_t any = 0, all = ~0u, odd = 0, thirds = 0, positive = 1, one = 0;
    for (uint32_t k = first; k < last; ++k) {
      any |= x[k];
      all &= x[k];
      odd ^= x[k];
      thirds |= uint32_t(x[k] % 3 == 0) << (k - first);
      positive &= uint32_t(x[k] > 0);
      one |= uint32_t(x[k] % 1024 == 1);
    }
    const uint32_t wanted[] = {any, all, odd, thirds, positive, one};
    for (int f = 0; f < 6; ++f) CHECK(out[f * kThreads + i] == wanted[f]);
  }
}

TEST("simd_sum() waits for lanes that have more to do") {
  std::vector<float> x(64), out(256), turned(128);
  for (int i = 0; i < 64; ++i) x[i] = float(i);
  Call call("uneven");
  call.buffer(0, x).buffer(1, out).buffer(2, turned);
  run_right(call.grid(2).threads(32));
  for (uint32_t i = 0; i < 64; ++i) {
    CHECK(out[4 * i] == 4960.0f);  // sum over l of 0 + 1 + … + l - 1
    CHECK(out[4 * i + 1] == 32.0f && out[4 * i + 2] == 496.0f);
    CHECK(out[4 * i + 3] == (i < 32 ? 496.0f : 1520.0f));
    CHECK(turned[2 * i] == float(i / 32 * 32 + (i + 29) % 32));
    CHECK(turned[2 * i + 1] == float(i / 32 * 32 + (i + 3) % 32));
  }
}

TEST("simdgroup_multiply_accumulate() multiplies tiles of float and half") {
  check_product<float, float>("multiply_float");
  check_product<_Float16, _Float16>("multiply_half");
  check_product<_Float16, float>("multiply_mixed");
}

TEST("simdgroup_load(), simdgroup_store() and thread_elements() agree") {
  std::vector<float> x = Numbers().many(64), out(384);
  std::vector<_Float16> halves(64);
  Call call("tiles");
  call.buffer(0, x).buffer(1, out).buffer(2, halves);
  run_right(call.grid(1).threads(32));
  std::vector<double> twice(64), diagonal(64), copy(64), sum(64);
  std::vector<_Float16> rounded(64);
  std::vector<float> flipped(64);
  for (int i = 0; i < 64; ++i) {
    twice[i] = 2.0 * x[i] + 1.0;
    copy[i] = 3.0 * x[i] + 1.0;
    diagonal[i] = i % 9 == 0 ? 3.0 : 0.0;
    rounded[i] = static_cast<_Float16>(x[i]);
    flipped[i] = x[i % 8 * 8 + i / 8] + 1.0f;
  }
  sum = product(flipped, x, 8);
  for (int i = 0; i < 64; ++i) sum[i] += double(x[i]);
  CHECK_CLOSE(part(out, 0), transposed(x), 0);
  CHECK_CLOSE(part(out, 1), transposed(x), 0);
  CHECK_CLOSE(part(out, 2), twice, 1e-7);
  CHECK_CLOSE(part(out, 3), diagonal, 0);
  CHECK_CLOSE(part(out, 4), copy, 1e-7);
  CHECK_CLOSE(part(out, 5), sum, 1e-6);
  const std::vector<float> squares(halves.begin(), halves.end());
  CHECK_CLOSE(squares, product(rounded, rounded, 8), 5e-4);
}
