// Arguments of sample.metal, for the host and the GPU.
#pragma once

struct SampleRowsArgs {
  uint32_t stride;  // logits in a row
};

// DrawOptions of a row, and the number that decides.
struct SampleRow {
  uint32_t count;  // of the logits, that tokens have
  uint32_t top_k;  // 0 = off
  float temperature;
  float top_p;
  float min_p;
  float place;
};
