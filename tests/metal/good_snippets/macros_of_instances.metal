#include <metal_stdlib>
using namespace metal;

template <typename T>
kernel void fill(device T* x [[buffer(0)]], constant T& v [[buffer(1)]],
                 uint i [[thread_position_in_grid]]) {
  x[i] = v;
}

#define INSTANCE(T) \
  template [[host_name("fill_" #T)]] kernel decltype(fill<T>) fill<T>;
INSTANCE(float)
INSTANCE(half)
