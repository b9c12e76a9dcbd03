// Arrays of numbers from one format into another.
#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace mamba {

// Converts `count` numbers; neither array needs an alignment, they must not
// overlap; neither format is quantised. Returns false if a finite number became
// infinite (f16 ends at 65504).
bool convert_numbers(const void* from, Dtype from_dtype, void* to,
                     Dtype to_dtype, int64_t count);

// "F32", "F16", "BF16", "Q8" or "Q4".
const char* dtype_name(Dtype dtype);

}  // namespace mamba
