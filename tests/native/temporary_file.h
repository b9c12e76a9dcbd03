// A file that is gone with its holder.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "harness.h"

namespace test {

struct TemporaryFile {
  explicit TemporaryFile(const std::vector<char>& bytes) {
    const char* folder = std::getenv("TMPDIR");
    path = std::string(folder == nullptr ? "/tmp" : folder) + "/mamba-XXXXXX";
    const int descriptor = mkstemp(&path[0]);
    CHECK(descriptor >= 0);
    CHECK(write(descriptor, bytes.data(), bytes.size()) ==
          ssize_t(bytes.size()));
    close(descriptor);
  }
  ~TemporaryFile() { unlink(path.c_str()); }
  std::string path;
};

}  // namespace test
