#include <metal_stdlib>
using namespace metal;

namespace detail {
inline float widen(float v) { return v; }
inline float widen(half v) { return float(v); }
inline float widen(ushort bits) { return as_type<float>(uint(bits) << 16); }
// Not a recursion: the other one is called.
inline float2 widen(half2 v) { return float2(widen(v.x), widen(v.y)); }
}  // namespace detail

template <int N>
inline float power(float v) {
  return v * power<N - 1>(v);
}
template <>
inline float power<0>(float) {
  return 1;
}

// "threadgroup float s[2];" and [[buffer(99)]] in a comment mean nothing.
kernel void k(device float* x [[buffer(0)]],
              device const half2* h [[buffer(30)]],
              uint i [[thread_position_in_grid]]) {
  const float2 v = detail::widen(h[i]);
  x[i] = v.x + power<3>(v.y) + detail::widen(ushort(3)) + 0.5h;
}

// The product in brackets is no pointer.
template <uint N>
struct Products {
  float values[N * 2];
  device const float* from;
};

template <uint N>
inline float total(Products<N * 2> products) {
  thread const float* values = products.values;
  auto p = products.from;
  auto& first = p[0];
  return values[0] + first;
}

kernel void totals(device float* x [[buffer(0)]]) {
  Products<4> products = {{1, 2}, x};
  x[1] = total<2>(products);
}
