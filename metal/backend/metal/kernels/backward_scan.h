// Arguments of backward_scan.metal, beside those of selective_scan.h, for the
// host and the GPU.
#pragma once

enum ScanBackwardSizes {
  kScanChunk = 8,  // rows from one kept state to the next
  kScanBackThreads = 256,
  kScanBackChannels = 64,  // of a threadgroup of scan_back
};

struct ScanBackwardArgs {
  uint32_t blocks;  // threadgroups that share the channels
  // Of the gradient of raw dt; yes = it is added to what is there.
  uint32_t d_raw_stride;
  uint32_t add_d_raw;
  uint32_t d_out_stride;
};
