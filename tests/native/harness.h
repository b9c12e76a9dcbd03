// A small test runner: tests register themselves, main() runs them all.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace test {

struct Test {
  std::string name;  // "symbol() does x when y"
  std::function<void()> body;
};

// Adds a test to the program, also from inside a loop.
bool add(std::string name, std::function<void()> body);

// Records a failure of the running test; it goes on.
void report(const char* file, int line, const std::string& what);

// Runs the tests whose name has all of `words` in it, prints failures and
// "N passed, N failed".
int run_all(const std::vector<std::string>& words = {});

std::string text(const char* format, ...) __attribute__((format(printf, 1, 2)));

// max|got - wanted| / max|wanted|; infinite if a number is NaN or the sizes
// differ.
double relative_difference(const std::vector<float>& got,
                           const std::vector<double>& wanted);
double relative_difference(const std::vector<float>& got,
                           const std::vector<float>& wanted);

}  // namespace test

#define TEST_JOIN2(a, b) a##b
#define TEST_JOIN(a, b) TEST_JOIN2(a, b)
#define TEST(name)                                                      \
  static void TEST_JOIN(test_body_, __LINE__)();                        \
  [[maybe_unused]] static const bool TEST_JOIN(test_added_, __LINE__) = \
      test::add(name, TEST_JOIN(test_body_, __LINE__));                 \
  static void TEST_JOIN(test_body_, __LINE__)()

#define CHECK(condition)                                            \
  do {                                                              \
    if (!(condition)) test::report(__FILE__, __LINE__, #condition); \
  } while (false)

#define CHECK_CLOSE(got, wanted, tolerance)                                 \
  do {                                                                      \
    const double difference = test::relative_difference(got, wanted);       \
    if (!(difference <= (tolerance))) {                                     \
      test::report(__FILE__, __LINE__,                                      \
                   test::text("%s differs from %s by %g, allowed %g", #got, \
                              #wanted, difference, double(tolerance)));     \
    }                                                                       \
  } while (false)
