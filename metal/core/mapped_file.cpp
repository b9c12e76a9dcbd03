#include "core/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cinttypes>
#include <cstring>

#include "core/error.h"
#include "core/parallel.h"

namespace mamba {
namespace {

// The smallest page of any machine that we build for.
constexpr uint64_t kPage = 4096;
constexpr uint64_t kLargestPage = 65536;
// What a thread brings in at least.
constexpr int64_t kBringGrain = int64_t{1} << 20;

#if defined(__APPLE__)
// A GPU reads the pages where they are: of shared ones there is no copy that
// the system could make for it.
constexpr int kSharing = MAP_SHARED;
#else
// Every file system can.
constexpr int kSharing = MAP_PRIVATE;
#endif

#if defined(__linux__)
// Of Linux 5.14; older headers lack it.
constexpr int kPopulateRead = 22;
// cachestat, of Linux 6.5; on every machine that we build for.
constexpr long kCacheStat = 451;
#endif

// Whether a file's bytes are all in the system's memory, so that whoever reads
// them first waits for no disk. False where the system does not tell.
bool is_cached(int descriptor, uint64_t offset, uint64_t bytes) {
#if defined(__linux__)
  struct {
    uint64_t offset, bytes;
  } range{offset, bytes};
  struct {
    uint64_t cached, dirty, writeback, evicted, recently_evicted;
  } pages{};
  if (syscall(kCacheStat, descriptor, &range, &pages, 0u) != 0) return false;
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  const uint64_t all = (offset + bytes - 1) / page - offset / page + 1;
  return pages.cached >= all;
#else
  (void)descriptor, (void)offset, (void)bytes;
  return false;
#endif
}

// Brings pages in, from a page's address on. False, with errno, if they cannot
// be read.
bool bring_in(char* first, uint64_t bytes) {
  // Tells the system what comes, so that it reads more than page by page.
  (void)madvise(first, bytes, MADV_WILLNEED);
#if defined(__linux__)
  int result = 0;
  do {
    result = madvise(first, bytes, kPopulateRead);
  } while (result != 0 && (errno == EINTR || errno == EAGAIN));
  if (result == 0) return true;
  // What would end the process below: the file has just become shorter, or
  // its disk does not answer.
  if (errno == EFAULT) return false;
#endif
  char sum = 0;
  for (uint64_t at = 0; at < bytes; at += kPage) sum ^= first[at];
  sum ^= first[bytes - 1];
  volatile char sink = sum;
  (void)sink;
  return true;
}

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

const void* MappedFile::read(uint64_t offset, uint64_t bytes,
                             ThreadPool& pool) const {
  check_range(offset, bytes);
  char* first = static_cast<char*>(data_) + offset;
  if (bytes == 0 || is_cached(descriptor_, offset, bytes)) return first;
  const uint64_t before = offset % kLargestPage;
  std::atomic<int> code{0};
  parallel_ranges(pool, static_cast<int64_t>(bytes + before), kBringGrain,
                  [&](int64_t begin, int64_t end) {
                    char* part = first - before + begin;
                    if (!bring_in(part, static_cast<uint64_t>(end - begin))) {
                      code.store(errno);
                    }
                  });
  if (code.load() == 0) return first;
  fail(Status::io, "Cannot read bytes %" PRIu64 " to %" PRIu64 " of %s: %s",
       offset, offset + bytes, path_.c_str(), std::strerror(code.load()));
}

bool MappedFile::copy(uint64_t offset, uint64_t bytes, char* to) const {
  while (bytes > 0) {
    const ssize_t got = pread(descriptor_, to, static_cast<std::size_t>(bytes),
                              static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
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
  std::lock_guard<std::mutex> lock(mutex_);
  // A page that was replaced would be zero ever after.
  if (replaced_) return;
  (void)madvise(static_cast<char*>(data_) + first * kLargestPage,
                (last - first) * kLargestPage, MADV_DONTNEED);
}

uint64_t MappedFile::large_pages() const {
  const uint64_t first = large_page_offset(0);
  return first < size_ ? (size_ - first) / kLargePage : 0;
}

uint64_t MappedFile::large_page_offset(uint64_t page) const {
  const auto begin = reinterpret_cast<uintptr_t>(data_);
  return round_up(begin, kLargePage) - begin + page * kLargePage;
}

bool MappedFile::replace_large_page(uint64_t page, LargeBlock& block) const {
  const uint64_t offset = large_page_offset(page);
  std::lock_guard<std::mutex> lock(mutex_);
  if (!copy(offset, kLargePage, block.data())) return false;
  replaced_ = true;
  return block.move_first_page(static_cast<char*>(data_) + offset);
}

}  // namespace mamba
