// Arguments of selective_scan.metal and backward_scan.metal, for the host and
// the GPU.
#pragma once

enum ScanSizes {
  kScanStepChannels = 32,  // of a threadgroup of scan_step
  kScanStepThreads = 128,
  kScanStepRows = 4,   // of a decode batch, of a threadgroup of scan_step_rows
  kScanThreads = 64,   // and channels, of a threadgroup of scan_rows
  kScanTileRows = 32,  // rows of B and C that it holds
  kScanStates = 16,    // of a channel, that are walked with at once
};

// Rows of one sequence.
struct ScanShape {
  uint32_t rows;
  uint32_t d_inner;
  uint32_t d_state;
  uint32_t u_stride;
  uint32_t dt_stride;
  uint32_t bc_stride;
  uint32_t z_stride;
  // Yes or no.
  uint32_t has_dt_bias;
  uint32_t dt_softplus;
  uint32_t has_D;
  uint32_t has_z;
};

struct ScanStepArgs {
  uint32_t dt_rank;  // 0 = no dt_proj
};

// A long sequence is cut in pieces that are scanned at the same time.
struct ScanPieces {
  uint32_t count;
  uint32_t rows;  // of a piece; the last may have fewer
};
