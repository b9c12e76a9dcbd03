// The states of the rows of a decode batch, a buffer each.
#pragma once
#include <metal_stdlib>
using namespace metal;

// That of a row; a list of pointers with an index would go through memory.
template <typename T>
inline device T* state_of(uint row, device T* s0, device T* s1, device T* s2,
                          device T* s3, device T* s4, device T* s5,
                          device T* s6, device T* s7) {
  device T* low = row < 2 ? (row == 0 ? s0 : s1) : (row == 2 ? s2 : s3);
  device T* high = row < 6 ? (row == 4 ? s4 : s5) : (row == 6 ? s6 : s7);
  return row < 4 ? low : high;
}
