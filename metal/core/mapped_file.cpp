#include "core/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstring>

#include "core/error.h"

namespace mamba {
namespace {

// The smallest page of any machine that we build for.
constexpr uint64_t kPage = 4096;
constexpr uint64_t kLargestPage = 65536;

#if defined(__APPLE__)
// A GPU reads the pages where they are: of shared ones there is no copy that
// the system could make for it.
constexpr int kSharing = MAP_SHARED;
#else
// Every file system can.
constexpr int kSharing = MAP_PRIVATE;
#endif

// Bytes that one system call copies at most.
constexpr uint64_t kMostAtOnce = uint64_t{64} << 20;

[[noreturn]] void fail_open(const std::string& path, const char* reason) {
  fail(Status::io, "Cannot open %s: %s", path.c_str(), reason);
}

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path) {
  // Non-blocking: a named pipe must not make us wait for its writer.
  const int descriptor =
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) fail_open(path, std::strerror(errno));
  struct stat info;
  const char* reason = nullptr;
  if (fstat(descriptor, &info) != 0) {
    reason = std::strerror(errno);
  } else if (S_ISDIR(info.st_mode)) {
    reason = "it is a directory";
  } else if (!S_ISREG(info.st_mode)) {
    reason = "it is not a regular file";
  }
  if (reason != nullptr) {
    close(descriptor);
    fail_open(path, reason);
  }
  return std::shared_ptr<const MappedFile>(
      new MappedFile(path, descriptor, static_cast<uint64_t>(info.st_size)));
}

MappedFile::MappedFile(std::string path, int descriptor, uint64_t size)
    : path_(std::move(path)), descriptor_(descriptor), size_(size) {
  if (size_ == 0) return;
  data_ = mmap(nullptr, size_, PROT_READ, kSharing, descriptor_, 0);
  if (data_ == MAP_FAILED) {
    const int code = errno;
    close(descriptor_);
    fail_open(path_, std::strerror(code));
  }
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(data_, size_);
  close(descriptor_);
}

void MappedFile::check_range(uint64_t offset, uint64_t bytes) const {
  if (offset > size_ || bytes > size_ - offset) {
    fail(Status::io,
         "Cannot read bytes %" PRIu64 " to %" PRIu64
         " of %s: the file has %" PRIu64 " bytes",
         offset, offset + bytes, path_.c_str(), size_);
  }
  struct stat info;
  if (fstat(descriptor_, &info) != 0 ||
      static_cast<uint64_t>(info.st_size) < size_) {
    fail(Status::io, "Cannot read %s: the file was shortened after opening it",
         path_.c_str());
  }
}

const void* MappedFile::read(uint64_t offset, uint64_t bytes) const {
  check_range(offset, bytes);
  const char* first = static_cast<const char*>(data_) + offset;
  if (bytes == 0) return first;
  // Tells the system what comes, then brings it in, page by page.
  const auto address = reinterpret_cast<uintptr_t>(first);
  const uintptr_t page = address & ~(uintptr_t{kLargestPage} - 1);
  const auto begin = reinterpret_cast<uintptr_t>(data_);
  (void)madvise(reinterpret_cast<void*>(page < begin ? begin : page),
                bytes + (address - (page < begin ? begin : page)),
                MADV_WILLNEED);
  char sum = 0;
  for (uint64_t at = 0; at < bytes; at += kPage) sum ^= first[at];
  sum ^= first[bytes - 1];
  volatile char sink = sum;
  (void)sink;
  return first;
}

bool MappedFile::copy(uint64_t offset, uint64_t bytes, void* to) const {
  char* out = static_cast<char*>(to);
  while (bytes > 0) {
    const auto wanted = static_cast<std::size_t>(std::min(bytes, kMostAtOnce));
    const ssize_t got =
        pread(descriptor_, out, wanted, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out += got;
    offset += static_cast<uint64_t>(got);
    bytes -= static_cast<uint64_t>(got);
  }
  return true;
}

void MappedFile::forget(uint64_t offset, uint64_t bytes) const {
  // Whole pages only: what shares a page with others stays.
  const uint64_t first = (offset + kLargestPage - 1) / kLargestPage;
  const uint64_t last = (offset + bytes) / kLargestPage;
  if (first >= last) return;
  (void)madvise(static_cast<char*>(data_) + first * kLargestPage,
                (last - first) * kLargestPage, MADV_DONTNEED);
}

}  // namespace mamba
