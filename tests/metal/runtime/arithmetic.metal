#include <metal_stdlib>
using namespace metal;

// Row f of `out` is function f of every input.
kernel void elementary(device const float* x [[buffer(0)]],
                       device float* out [[buffer(1)]],
                       constant uint& count [[buffer(2)]],
                       uint i [[thread_position_in_grid]]) {
  const float a = x[i];
  const float values[] = {exp(a),         exp2(a),         log(fabs(a)),
                          log2(fabs(a)),  sqrt(fabs(a)),   sin(a),
                          cos(a),         tanh(a),         fabs(a),
                          floor(a),       ceil(a),         trunc(a),
                          rsqrt(fabs(a)), fract(a),        sign(a),
                          saturate(a),    pow(fabs(a), a), fmod(a, 3.0),
                          fma(a, a, a),   precise::exp(a), fast::log2(fabs(a))};
  for (uint f = 0; f < 21; ++f) out[f * count + i] = values[f];
}

// Rows: product, sum with a product in half, exp, what a constant makes of it.
kernel void halves(device const half* x [[buffer(0)]],
                   device half* out [[buffer(1)]],
                   constant uint& count [[buffer(2)]],
                   uint i [[thread_position_in_grid]]) {
  const half a = x[i];
  out[i] = a * a;
  out[count + i] = a + a * a;
  out[2 * count + i] = exp(a);
  out[3 * count + i] = a * 0.1h + half(1.0);
}

kernel void comparisons(device const int2* x [[buffer(0)]],
                        device int* out [[buffer(1)]],
                        uint i [[thread_position_in_grid]]) {
  const int a = x[i].x, b = x[i].y;
  device int* row = out + i * 8;
  row[0] = min(a, b);
  row[1] = max(a, b);
  row[2] = clamp(a, -3, 3);
  row[3] = select(a, b, a < b);
  row[4] = int(min(float(a), float(b)));
  row[5] = int(abs(short(a)));
  row[6] = int(max(uint(a), uint(b)));
  row[7] = abs(a);
}

kernel void bits(device const uint* x [[buffer(0)]],
                 device uint* out [[buffer(1)]],
                 uint i [[thread_position_in_grid]]) {
  const uint a = x[i];
  device uint* row = out + i * 8;
  row[0] = popcount(a);
  row[1] = clz(a);
  row[2] = ctz(a);
  row[3] = as_type<uint>(as_type<float>(a) * 2.0f);
  row[4] = uint(as_type<ushort>(as_type<half>(ushort(a)) + 1.0h));
  row[5] = extract_bits(a, 3, 7);
  row[6] = mulhi(a, 0x80000001u);
  row[7] = as_type<uint>(ushort2(ushort(a >> 16), ushort(a)));
}

struct Numbers {
  packed_float3 three;
  char4 bytes;
  half2 two;
};

kernel void vectors(device const float4* x [[buffer(0)]],
                    device float4* out [[buffer(1)]],
                    device Numbers* structs [[buffer(2)]],
                    uint i [[thread_position_in_grid]]) {
  const float4 a = x[i];
  float4 b = a.wzyx * 2.0f - float4(a.xy, a.zw) / 4.0f;
  b.xy += a.zw;
  out[4 * i] = b;
  out[4 * i + 1] = select(a, -a, a < 0.0f);
  out[4 * i + 2] = float4(dot(a, b), dot(a.xyz, b.yzw), float(any(a > 1.0f)),
                          float(all(a > -100.0f)));
  out[4 * i + 3] = float4(int4(a * 10.0f) % 3) + clamp(a, -0.5f, 0.5f) +
                   max(a, 0.25f) + exp(float4(half4(0.0h)));
  structs[i].three = packed_float3(a.xyz);
  structs[i].bytes = char4(char(a.x), -1, 2, -3);
  structs[i].two = half2(a.zw);
  const float3 three = structs[i].three;
  structs[i].three[2] = three.x + three.y + three.z;
}
