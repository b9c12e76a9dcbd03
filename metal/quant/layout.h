// How quantised matrices lie in memory and in files: the same on every
// machine, in the order in which products read them.
//
// Rows (outputs) are stored in panels of 16, columns in tiles of 64. A tile is
// two blocks of 32 columns; in a block every row has one scale d and 32 whole
// numbers q, and its weights are
//   q8: d · q, q in [-127, 127]       34 bytes for 32 weights
//   q4: d · (q - 8), q in [0, 15]     18 bytes for 32 weights
// A tile's bytes:
//   scales, f16: (2 blocks, 16 rows)
//   numbers: block 0, then block 1, each
//     q8: (8 quads, 16 rows, 4 columns), i8: column 4·quad + i
//     q4: (4 quads, 16 rows, 4 columns), u8: column 4·quad + i in the low four
//         bits, column 16 + 4·quad + i in the high ones
// Rows and columns that fill up the last panel and tile are 0 before the blocks
// are rotated (quant/rotation.h), where they are. Behind the
// panels lie the rows that are not quantised (`tail`), as f16, row-major; the
// whole is filled up to a multiple of 64 bytes.
#pragma once

#include "core/tensor.h"

namespace mamba {

constexpr int64_t kQuantBlock = 32;  // columns that share a scale
constexpr int64_t kQuantTile = 64;
constexpr int64_t kQuantPanel = 16;  // rows
constexpr int64_t kQuantQuad = 4;    // columns of a row that lie together
// Below it a block of activations is 0 (quant/activations.h): 2^-100.
constexpr float kLeastActivation = 0x1p-100f;

struct QuantLayout {
  explicit QuantLayout(const Matrix& matrix)
      : QuantLayout(matrix.dtype, matrix.rows, matrix.cols, matrix.tail) {}
  // `rows` counts the tail.
  QuantLayout(Dtype dtype, int64_t rows, int64_t cols, int64_t tail)
      : block_bytes((dtype == Dtype::q8 ? 32 : 16) * kQuantPanel),
        quantised(rows - tail),
        tiles((cols + kQuantTile - 1) / kQuantTile),
        panels((rows - tail + kQuantPanel - 1) / kQuantPanel),
        tail_bytes(tail * cols * 2) {}

  int64_t block_bytes;  // the numbers of a block, without scales
  int64_t quantised;    // rows
  int64_t tiles;        // of a panel
  int64_t panels;
  int64_t tail_bytes;

  static constexpr int64_t kScaleBytes = 2 * kQuantPanel * 2;  // of a tile
  int64_t blocks() const { return 2 * tiles; }                 // of a row
  int64_t cols() const { return tiles * kQuantTile; }          // filled up
  int64_t tile_bytes() const { return kScaleBytes + 2 * block_bytes; }
  int64_t panel_bytes() const { return tiles * tile_bytes(); }
  int64_t tail_offset() const { return panels * panel_bytes(); }
  int64_t bytes() const { return (tail_offset() + tail_bytes + 63) / 64 * 64; }
  // Where the scale of (row, block) is, and the numbers of its panel's block.
  int64_t scale_offset(int64_t row, int64_t block) const {
    return tile_offset(row, block) +
           (block % 2 * kQuantPanel + row % kQuantPanel) * 2;
  }
  int64_t numbers_offset(int64_t row, int64_t block) const {
    return tile_offset(row, block) + kScaleBytes + block % 2 * block_bytes;
  }

 private:
  int64_t tile_offset(int64_t row, int64_t block) const {
    return row / kQuantPanel * panel_bytes() + block / 2 * tile_bytes();
  }
};

// What a matrix's bytes are in any format.
int64_t matrix_bytes(const Matrix& matrix);

}  // namespace mamba
