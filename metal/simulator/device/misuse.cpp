#include "simulator/device/misuse.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace simulator {

void misuse(const char* format, ...) {
  std::fputs("Metal API misuse: ", stderr);
  va_list values;
  va_start(values, format);
  std::vfprintf(stderr, format, values);
  va_end(values);
  std::fputs("\n", stderr);
  std::abort();
}

}  // namespace simulator
