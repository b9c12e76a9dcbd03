#include "harness.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <limits>

namespace test {
namespace {

std::vector<Test>& tests() {
  static std::vector<Test> list;
  return list;
}

int failures_of_test = 0;

template <typename Wanted>
double difference(const std::vector<float>& got,
                  const std::vector<Wanted>& wanted) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (got.size() != wanted.size()) return kInfinity;
  double worst = 0, most = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double distance = std::fabs(double(got[i]) - double(wanted[i]));
    if (!std::isfinite(distance)) return kInfinity;
    worst = std::max(worst, distance);
    most = std::max(most, std::fabs(double(wanted[i])));
  }
  return most > 0 ? worst / most : worst;
}

}  // namespace

bool add(std::string name, std::function<void()> body) {
  tests().push_back({std::move(name), std::move(body)});
  return true;
}

void report(const char* file, int line, const std::string& what) {
  ++failures_of_test;
  std::fprintf(stderr, "  %s:%d: %s\n", file, line, what.c_str());
}

int run_all(const std::vector<std::string>& words) {
  int passed = 0, failed = 0;
  for (const Test& test : tests()) {
    const bool wanted =
        std::all_of(words.begin(), words.end(), [&](const std::string& word) {
          return test.name.find(word) != std::string::npos;
        });
    if (!wanted) continue;
    failures_of_test = 0;
    try {
      test.body();
    } catch (const std::exception& error) {
      report("exception", 0, error.what());
    }
    if (failures_of_test == 0) {
      ++passed;
    } else {
      ++failed;
      std::fprintf(stderr, "FAILED: %s\n", test.name.c_str());
    }
  }
  // What tests hold, such as a device, goes before the libraries that it needs.
  tests().clear();
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

std::string text(const char* format, ...) {
  char buffer[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(buffer, sizeof buffer, format, arguments);
  va_end(arguments);
  return buffer;
}

double relative_difference(const std::vector<float>& got,
                           const std::vector<double>& wanted) {
  return difference(got, wanted);
}

double relative_difference(const std::vector<float>& got,
                           const std::vector<float>& wanted) {
  return difference(got, wanted);
}

}  // namespace test
