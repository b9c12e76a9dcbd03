// A file's bytes in memory, read-only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace mamba {

class MappedFile {
 public:
  // Throws Error (io) that names the file and the reason.
  static std::shared_ptr<const MappedFile> open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }

  // Bytes [offset, offset + bytes), every page of them read once. Throws Error
  // (io) when the file ends before, or has become shorter since it was opened:
  // reading the missing pages would end the process.
  const void* read(uint64_t offset, uint64_t bytes) const;
  // The first half of read: only the check and its errors.
  void check_range(uint64_t offset, uint64_t bytes) const;
  // Copies bytes of a checked range without mapping them; false if the system
  // cannot read them. Threads may copy parts at the same time.
  bool copy(uint64_t offset, uint64_t bytes, void* to) const;
  // Gives back the memory of bytes that were read and are not needed any more.
  void forget(uint64_t offset, uint64_t bytes) const;

 private:
  MappedFile(std::string path, int descriptor, uint64_t size);

  std::string path_;
  int descriptor_ = -1;
  void* data_ = nullptr;
  uint64_t size_ = 0;
};

}  // namespace mamba
