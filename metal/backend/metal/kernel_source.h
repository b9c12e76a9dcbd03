// The text of the kernels, which is part of the library: they are compiled on
// the machine that runs them.
#pragma once

#include <string>
#include <vector>

namespace mamba::metal {

// The stems of all files with kernels, in the order of their names.
const std::vector<std::string>& kernel_files();

// The text of kernels/<stem>.metal with the headers that it includes, each
// once, in place of its #include; without #pragma once, and with each
// <metal_stdlib> line but the first left out.
std::string kernel_source(const std::string& stem);

}  // namespace mamba::metal
