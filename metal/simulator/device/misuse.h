// Calls that Metal does not allow.
#pragma once

namespace simulator {

// Says "Metal API misuse: …" and ends the process, as Metal's own checks do.
[[noreturn]] void misuse(const char* format, ...)
    __attribute__((format(printf, 1, 2)));

}  // namespace simulator
