#include "core/page_mover.h"

#include <algorithm>
#include <system_error>

#include "core/large_pages.h"

namespace mamba {
namespace {

// Pages with fewer bytes of weights would cost more than they bring.
constexpr uint32_t kMostOfPage = kLargePage / 2;

}  // namespace

PageMover::~PageMover() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void PageMover::add(std::shared_ptr<const MappedFile> file, uint64_t offset,
                    uint64_t bytes) {
  const uint64_t first = file->large_page_offset(0);
  const uint64_t count = file->large_pages();
  Pages& pages = files_[std::move(file)];
  pages.resize(count);
  const uint64_t begin = std::max(offset, first) - first;
  const uint64_t end = std::max(offset + bytes, first) - first;
  for (uint64_t page = begin / kLargePage; page < count; ++page) {
    const uint64_t at = page * kLargePage;
    if (at >= end) break;
    pages[page] += static_cast<uint32_t>(
        std::min<uint64_t>(end, at + kLargePage) - std::max(begin, at));
  }
}

void PageMover::start() {
  const auto pays = [](const auto& file) {
    return copying_pays(file.first->size());
  };
  if (std::none_of(files_.begin(), files_.end(), pays)) return;
  moving_ = true;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    moving_ = false;
  }
}

void PageMover::wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  hurry_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !moving_; });
}

// False if it shall not.
bool PageMover::begins() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, put_off_, [this] { return stop_ || hurry_; });
  return !stop_;
}

bool PageMover::stopping() {
  std::lock_guard<std::mutex> lock(mutex_);
  return stop_;
}

void PageMover::run() {
  if (begins()) {
    for (const auto& [file, pages] : files_) {
      // Asked for each: what there is room for changes while pages move.
      if (copying_pays(file->size()) && !move(*file, pages)) break;
    }
  }
  std::lock_guard<std::mutex> lock(mutex_);
  moving_ = false;
  changed_.notify_all();
}

// False if it was stopped, or the system does not want to.
bool PageMover::move(const MappedFile& file, const Pages& pages) {
  const auto moves = [&](std::size_t page) {
    return page < pages.size() && pages[page] >= kMostOfPage;
  };
  for (std::size_t page = 0; page < pages.size(); ++page) {
    std::size_t end = page;
    while (moves(end)) ++end;
    if (end == page) continue;
    // Neighbours out of one block are one to the system in their new place too.
    LargeBlock block((end - page) * kLargePage);
    for (; page < end; ++page) {
      if (stopping() || !file.replace_large_page(page, block)) return false;
    }
  }
  return true;
}

}  // namespace mamba
