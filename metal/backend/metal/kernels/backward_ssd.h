// Arguments of backward_ssd.metal, beside those of ssd.h, for the host and the
// GPU.
#pragma once

struct SsdCollectArgs {
  // Whether these gradients are wanted: yes or no.
  uint32_t d_A;
  uint32_t d_D;
};
