// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/fetch_workers.h"

#include <iterator>
#include <system_error>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/base/per_process.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/memory_budget.h"

namespace tfs3 {
namespace s3 {
namespace {

struct WorkersOfProcess {
  static FetchWorkers::Options MakeOptions() {
    FetchWorkers::Options options;
    options.when_idle = [idle = options.idle] {
      return MemoryBudget::OfProcess().ReleaseIdle(MemoryBudget::Clock::now() -
                                                   idle);
    };
    return options;
  }

  FetchWorkers workers{MakeOptions()};
};

}  // namespace

FetchWorkers::FetchWorkers(Options options)
    : options_(std::move(options)), callers_(options_.max_callers) {}

FetchWorkers::~FetchWorkers() {
  std::unique_lock<std::mutex> lock(mutex_);
  ending_ = true;
  task_or_end_.notify_all();
  thread_ended_.wait(lock, [this] { return threads_.empty(); });
  for (std::thread& thread : ended_) {
    thread.join();
  }
}

FetchWorkers& FetchWorkers::OfProcess() {
  static StaticPerProcess<WorkersOfProcess> per_process;
  return per_process.get().workers;
}

void FetchWorkers::Run(Priority priority, std::function<void()> task) {
  Threads ended;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    (priority == Priority::kBlocking ? blocking_ : read_ahead_)
        .push_back(std::move(task));
    if (idle_threads_ < blocking_.size() + read_ahead_.size() &&
        threads_.size() < options_.max_threads) {
      threads_.emplace_back();
      const auto self = std::prev(threads_.end());
      try {
        *self = std::thread([this, self] { Work(self); });
      } catch (const std::system_error&) {
        threads_.erase(self);  // The existing threads run the task.
      }
    }
    task_or_end_.notify_one();
    ended.splice(ended.end(), ended_);
  }
  for (std::thread& thread : ended) {
    thread.join();
  }
}

void FetchWorkers::Work(Threads::iterator self) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (std::function<void()> task = NextTask(lock)) {
    lock.unlock();
    task();
    task = nullptr;  // Destroys its state without the lock.
    lock.lock();
  }
  ended_.splice(ended_.end(), threads_, self);
  thread_ended_.notify_all();
}

std::function<void()> FetchWorkers::NextTask(
    std::unique_lock<std::mutex>& lock) {
  while (!ending_) {
    for (auto* queue : {&blocking_, &read_ahead_}) {
      if (queue->empty()) {
        continue;
      }
      std::function<void()> task = std::move(queue->front());
      queue->pop_front();
      return task;
    }
    ++idle_threads_;
    const bool woken = task_or_end_.wait_for(lock, options_.idle, [this] {
      return ending_ || !blocking_.empty() || !read_ahead_.empty();
    });
    --idle_threads_;
    if (woken) {
      continue;
    }
    bool wanted_again = false;
    if (options_.when_idle != nullptr) {
      lock.unlock();
      wanted_again = options_.when_idle();
      lock.lock();
    }
    // One remaining thread is enough to call `when_idle` again.
    if ((!wanted_again || threads_.size() > 1) && blocking_.empty() &&
        read_ahead_.empty()) {
      return nullptr;
    }
  }
  return nullptr;
}

size_t FetchWorkers::num_threads() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return threads_.size();
}

}  // namespace s3
}  // namespace tfs3
