// Arguments of ssd.metal, ssd_prepare.metal, ssd_walk.metal and
// backward_ssd.metal, for the host and the GPU.
#pragma once

enum SsdSizes {
  kSsdChunk = 64,        // rows of a chunk
  kSsdStepColumns = 32,  // of a head, for one threadgroup of a step
  kSsdColumns = 16,      // of a head, for one threadgroup of chunks
  kSsdMaxStates = 256,  // d_state in chunks: the state is in threadgroup memory
  kSsdDecayFloats = 3 * kSsdChunk,  // of a head in a chunk
};

// Rows of one sequence.
struct SsdShape {
  uint32_t rows;
  uint32_t stride;  // of z, x, B, C and dt
  uint32_t heads;
  uint32_t headdim;
  uint32_t d_state;
  uint32_t groups;
  float dt_min;
  float dt_max;
};
