// A decode batch, for the host and the GPU.
#pragma once

enum DecodeRows {
  // Rows that one dispatch moves on: each has a state in a buffer of its own.
  kDecodeRows = 8,
};
