// Arguments of backward_sums.metal, for the host and the GPU.
#pragma once

struct ColumnSumsShape {
  uint32_t rows;
  uint32_t cols;
  uint32_t stride;  // numbers from row to row
  uint32_t block;   // rows of a part
};

struct AddPartsShape {
  uint32_t parts;
  uint32_t part_stride;  // numbers from part to part
  uint32_t size;         // numbers of a part that count
};
