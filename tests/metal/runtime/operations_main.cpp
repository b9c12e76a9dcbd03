// Runs the cases of the runtime: operations_main SCHEDULE HASH…
#include "call.h"

int main(int count, char** arguments) {
  if (count < 3) return 2;
  simulator::options().schedule =
      static_cast<uint32_t>(std::strtoul(arguments[1], nullptr, 10));
  for (int i = 2; i < count; ++i) {
    runtime::sources().push_back(std::strtoull(arguments[i], nullptr, 10));
  }
  return test::run_all();
}
