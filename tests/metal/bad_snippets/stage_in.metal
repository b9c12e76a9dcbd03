#include <metal_stdlib>
using namespace metal;

struct In {
  float4 v [[attribute(0)]];
};
kernel void k(device float* x [[buffer(0)]], In in [[stage_in]]) {
  x[0] = in.v.x;
}
