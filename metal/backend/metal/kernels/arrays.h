// Arguments of the kernels of arrays.metal, for the host and the GPU.
#pragma once

struct ArrayArgs {
  uint32_t count;
};

struct EmbeddingArgs {
  uint32_t rows;
  uint32_t cols;
};
