// Takes mapped weights to large pages, in the background.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/mapped_file.h"

namespace mamba {

// Copying a model's weights takes longer than mapping them and drawing a first
// token, so they are used from the file at first. A page that is copied takes
// the file's place at the same address: nobody who reads there notices, and the
// weights are in memory once.
class PageMover {
 public:
  // By then a first token is there, or its prompt is a long one.
  static constexpr std::chrono::milliseconds kPutOff{200};

  explicit PageMover(std::chrono::milliseconds put_off = kPutOff)
      : put_off_(put_off) {}
  ~PageMover();
  PageMover(const PageMover&) = delete;
  PageMover& operator=(const PageMover&) = delete;

  // Bytes that will be read again and again. Before start().
  void add(std::shared_ptr<const MappedFile> file, uint64_t offset,
           uint64_t bytes);
  // Begins after `put_off`, so that a first token waits for nothing of it. What
  // the system cannot copy, or has no room for, stays mapped.
  void start();
  // Does not put it off any longer, and returns when nothing moves any more.
  void wait();

 private:
  // Of each large page of a file, how many bytes are to move.
  using Pages = std::vector<uint32_t>;

  void run();
  bool begins();
  bool stopping();
  bool move(const MappedFile& file, const Pages& pages);

  const std::chrono::milliseconds put_off_;
  std::map<std::shared_ptr<const MappedFile>, Pages> files_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Under the mutex.
  bool stop_ = false;
  bool hurry_ = false;
  bool moving_ = false;
};

}  // namespace mamba
