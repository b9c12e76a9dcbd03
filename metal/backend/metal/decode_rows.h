// The rows of a decode batch go to kernels in groups: a dispatch has a buffer
// for the state of each of its rows.
#pragma once

#include <algorithm>
#include <cstdint>

#include "backend/metal/kernels/decode_rows.h"
#include "backend/metal/stream.h"
#include "core/tensor.h"

namespace mamba::metal {

// Rows [first, first + count) of a decode batch, for each group.
template <typename Work>
void for_decode_rows(const Batch& batch, Work work) {
  for (int64_t first = 0; first < batch.rows; first += kDecodeRows) {
    work(
        Segment{first, std::min<int64_t>(kDecodeRows, batch.rows - first), {}});
  }
}

// Binds those rows' states, of `size` numbers each, from `index` on.
inline Call& update_states(Call& call, int index, const Batch& batch,
                           const Segment& rows, float* LayerState::* state,
                           int64_t size) {
  for (int i = 0; i < kDecodeRows; ++i) {
    const bool there = i < rows.count;
    call.update(index + i,
                there ? batch.segments[rows.first + i].state.*state : nullptr,
                there ? size : 0);
  }
  return call;
}

}  // namespace mamba::metal
