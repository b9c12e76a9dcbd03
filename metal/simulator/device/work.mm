#import "simulator/device/work.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "simulator/device/misuse.h"

namespace simulator {
namespace {

using Clock = std::chrono::steady_clock;

// So late that a host that does not wait has read its numbers.
constexpr auto kDelay = std::chrono::milliseconds(5);
constexpr int kPolls = 3;

struct Item {
  SimulatedCommandBuffer* buffer;
  Clock::time_point due;
};

class Worker {
 public:
  static Worker& instance() {
    // Never destroyed: its thread waits until the process has ended.
    static auto* worker = new Worker();
    return *worker;
  }

  void commit(SimulatedCommandBuffer* buffer, bool soon) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto due = soon ? Clock::now() + kDelay : Clock::time_point::max();
    items_.push_back({buffer, due});
    if (!started_) std::thread([this] { work(); }).detach();
    started_ = true;
    changed_.notify_all();
  }

  void demand(SimulatedCommandBuffer* buffer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (Item& item : items_) {
      if (item.buffer == buffer) item.due = Clock::time_point::min();
    }
    changed_.notify_all();
  }

  void demand_all() {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (Item& item : items_) item.due = Clock::time_point::min();
    changed_.notify_all();
  }

  void wait(const std::shared_ptr<Progress>& progress) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (std::this_thread::get_id() == thread_ && !progress->finished) {
      misuse(
          "a completed handler waits for a command buffer: it waits forever");
    }
    changed_.wait(lock, [&] { return progress->finished; });
  }

  bool wait_for_room(SimulatedQueue* queue, NSUInteger most) {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      if (queue->_outstanding < most) return true;
      bool any = queue == running_;
      for (Item& item : items_) {
        if (item.buffer->_queue != queue) continue;
        item.due = Clock::time_point::min();
        any = true;
      }
      if (!any) return false;
      changed_.notify_all();
      changed_.wait(lock);
    }
  }

  bool poll(const std::shared_ptr<Progress>& progress) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++progress->polls;
    return progress->finished;
  }

  uint64_t unfinished() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return items_.size() + (running_ == nil ? 0 : 1);
  }

 private:
  void work() {
    std::unique_lock<std::mutex> lock(mutex_);
    thread_ = std::this_thread::get_id();
    for (;;) {
      const auto next = next_item();
      if (next == items_.end()) {
        changed_.wait(lock);
      } else if (next->due > Clock::now()) {
        const auto due = next->due;
        if (due == Clock::time_point::max()) {
          changed_.wait(lock);
        } else {
          changed_.wait_until(lock, due);
        }
      } else {
        run_first_of(next->buffer->_queue, &lock);
      }
    }
  }

  // That which is due first.
  std::deque<Item>::iterator next_item() {
    return std::min_element(
        items_.begin(), items_.end(),
        [](const Item& a, const Item& b) { return a.due < b.due; });
  }

  // What was committed to the queue before it comes before it.
  void run_first_of(SimulatedQueue* queue, std::unique_lock<std::mutex>* lock) {
    const auto first = std::find_if(
        items_.begin(), items_.end(),
        [&](const Item& item) { return item.buffer->_queue == queue; });
    const std::shared_ptr<Progress> progress = first->buffer->_progress;
    SimulatedCommandBuffer* buffer = first->buffer;
    items_.erase(first);
    running_ = queue;
    lock->unlock();
    @autoreleasepool {
      [buffer execute];
      // Whoever waits finds it released.
      buffer = nil;
    }
    lock->lock();
    --queue->_outstanding;
    running_ = nil;  // maybe the last to hold the queue
    progress->finished = true;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  SimulatedQueue* running_ = nil;
  std::thread::id thread_;
  bool started_ = false;
};

}  // namespace

void commit_work(SimulatedCommandBuffer* buffer, bool soon) {
  Worker::instance().commit(buffer, soon);
}

void demand_work(SimulatedCommandBuffer* buffer) {
  Worker::instance().demand(buffer);
}

void wait_for_work(SimulatedCommandBuffer* buffer) {
  demand_work(buffer);
  Worker::instance().wait(buffer->_progress);
}

void demand_all_work() { Worker::instance().demand_all(); }

bool wait_for_room(SimulatedQueue* queue, NSUInteger most) {
  return Worker::instance().wait_for_room(queue, most);
}

bool poll_work(SimulatedCommandBuffer* buffer) {
  const bool finished = Worker::instance().poll(buffer->_progress);
  if (!finished && buffer->_progress->polls >= kPolls) demand_work(buffer);
  return finished;
}

uint64_t unfinished_work() { return Worker::instance().unfinished(); }

}  // namespace simulator
