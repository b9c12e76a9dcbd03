// Arguments of backward_embedding.metal, for the host and the GPU.
#pragma once

struct BackwardEmbeddingArgs {
  uint32_t cols;
};
