#include <metal_stdlib>
using namespace metal;

template <typename V, typename T>
V splat(T value) {
  return V(value);
}

kernel void k(device float4* x [[buffer(0)]],
              device const half4* h [[buffer(1)]],
              device const uchar4* q [[buffer(2)]],
              device packed_float3* p [[buffer(3)]],
              uint2 at [[thread_position_in_grid]],
              uint2 size [[threads_per_grid]]) {
  const uint i = at.y * size.x + at.x;
  float4 v = x[i] + float4(h[i]) * 2.0f;
  v.xy = v.zw + float2(1, 2);
  v += float4(float2(v.x), float2(v.y, 3));
  v[1] *= float(q[i].x & 0xf);
  const uint4 bits = as_type<uint4>(v) >> 4u;
  v = select(v, as_type<float4>(bits << 16), v > 1.0f);
  v = clamp(v, 0.0f, 1.0f) + max(v, splat<float4>(1)) + fma(v, v, v);
  const vec<float, 2> low = vec<float, 2>(v.xy) * dot(v, v);
  const float3 three = float3(p[i]);
  p[i] = packed_float3(three + float3(low, 1));
  x[i] = exp2(v) + rsqrt(v) + splat<float4>(min(0.5h, h[i].x));
}
