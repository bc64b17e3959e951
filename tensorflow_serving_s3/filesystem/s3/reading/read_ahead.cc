// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/read_ahead.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/base/semaphore.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/huge_pages.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

// The gap or step back that a stream may have: TensorFlow reads small tensors
// through a buffer of 256 KiB and large ones directly.
constexpr uint64_t kStep = kMiB;
// The maximum window of a reader that has not had to wait, and the maximum
// before the second read.
constexpr uint64_t kWindowWithoutWait = 4 * kMiB;
constexpr uint64_t kWindowOfFirstRead = 16 * kMiB;
// Parts in a window, if their size limits allow it.
constexpr uint64_t kParts = 4;
constexpr uint64_t kMinPart = kMiB;
constexpr uint64_t kMaxPart = 8 * kMiB;
// The speed that the window of one file allows for, in bytes per second, if
// each part is fetched at the speed of the first request. Parts are faster than
// that, because latency is a smaller share of their time.
constexpr double kUsefulSpeed = 1e9;
// In a stream, a read below this size fetches more bytes than requested, for
// later reads. If the budget has no memory, it fetches at most kOutsideBudget.
constexpr size_t kSmallRead = size_t{256} << 10;
constexpr size_t kOutsideBudget = size_t{64} << 10;
// The number of other reads that ends a stream.
constexpr int kReadsElsewhere = 4;
// Buffers from this size on use huge pages.
constexpr size_t kLargeRead = size_t{4} << 20;

}  // namespace

struct ReadAhead::Part {
  enum class State { kWaiting, kFetching, kReady, kFailed };

  uint64_t end() const { return offset + size; }

  uint64_t offset = 0;
  size_t size = 0;
  bool outside_budget = false;
  MemoryBudget::Block block;
  Cancellation cancellation;

  // Guarded by the mutex of the ReadAhead:
  State state = State::kWaiting;
  int uses = 0;  // Number of reads that use the part.
  bool dropped = false;
  Status failure;

  // Cancels the fetch, or releases the memory, of a part without readers.
  void CancelIfUnused() {
    if (!dropped || uses > 0) {
      return;
    }
    if (state == State::kFetching) {
      cancellation.Cancel();
    } else {
      block = MemoryBudget::Block();
    }
  }
};

ReadAhead::ReadAhead(uint64_t object_size, MemoryBudget::Block beginning,
                     RangeFetch fetch, FetchWorkers* workers,
                     MemoryBudget* budget,
                     std::shared_ptr<MemoryBudget::Account> account)
    : object_size_(object_size),
      fetch_(std::move(fetch)),
      workers_(workers),
      budget_(budget),
      account_(std::move(account)) {
  if (beginning.size() == object_size) {
    whole_ = std::move(beginning);
    return;
  }
  auto part = std::make_shared<Part>();
  part->size = beginning.size();
  part->block = std::move(beginning);
  part->state = Part::State::kReady;
  parts_.push_back(std::move(part));
}

Status ReadAhead::Read(uint64_t offset, char* buffer, size_t size) {
  if (size == 0) {
    return {};
  }
  if (whole_.data() != nullptr) {
    std::memcpy(buffer, whole_.data() + offset, size);
    return {};
  }
  if (size >= kLargeRead) {
    PreferHugePages(buffer, size);
  }

  std::vector<Use> uses;
  std::vector<Use> waits;
  ParallelFetch direct(workers_, &fetch_);
  bool in_stream = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    last_read_ = Clock::now();
    in_stream = UpdateStream(offset, size);
    AssignToParts(offset, buffer, size, in_stream, uses, direct);
    const auto first_to_wait_for = std::stable_partition(
        uses.begin(), uses.end(),
        [](const Use& use) { return use.part->state == Part::State::kReady; });
    waits.assign(first_to_wait_for, uses.end());
    uses.erase(first_to_wait_for, uses.end());
    if (in_stream) {
      const bool has_to_wait = !waits.empty() || !direct.empty();
      GrowWindow(has_to_wait ? size : 0);
      const auto passed = std::find_if(
          parts_.begin(), parts_.end(),
          [&](const PartPtr& p) { return p->end() + kStep > stream_end_; });
      DropParts(parts_.begin(), passed);
      Prefetch();
    }
  }
  direct.Start();
  for (const Use& use : uses) {
    Copy(use);
  }
  Status status = direct.Finish();
  for (const Use& use : waits) {
    if (!status.ok()) {
      break;
    }
    status = WaitForPart(use.part);
    if (status.ok()) {
      Copy(use);
    }
  }
  std::lock_guard<std::mutex> lock(mutex_);
  for (const std::vector<Use>* part_uses : {&uses, &waits}) {
    for (const Use& use : *part_uses) {
      --use.part->uses;
      use.part->CancelIfUnused();
    }
  }
  last_read_ = Clock::now();
  // The read has released memory.
  if (in_stream && status.ok()) {
    Prefetch();
  }
  return status;
}

uint64_t ReadAhead::UsefulWindow(size_t bytes, std::chrono::nanoseconds time) {
  const double seconds = std::chrono::duration<double>(time).count();
  const double speed = static_cast<double>(bytes) / std::max(seconds, 1e-9);
  const double parts = kUsefulSpeed / std::max(speed, 1.0);
  return kMaxPart * static_cast<uint64_t>(std::max<double>(kParts, parts));
}

void ReadAhead::ReleaseWhenIdle() {
  if (whole_.data() != nullptr) {
    return;
  }
  budget_->OnIdle(weak_from_this(), [this](Clock::time_point since) {
    return ReleaseIdle(since);
  });
}

void ReadAhead::Close() {
  std::unique_lock<std::mutex> lock(mutex_);
  DropAllParts();
  changed_.wait(lock, [this] { return fetching_ == 0; });
}

bool ReadAhead::UpdateStream(uint64_t offset, size_t size) {
  const uint64_t end = offset + size;
  const uint64_t last_end = std::exchange(last_end_, end);
  const uint64_t step = std::max(kStep, stream_bytes_ / 4);
  if (offset + kStep >= stream_end_ && offset <= stream_end_ + step) {
    if (end > stream_end_) {
      const uint64_t over = offset > stream_end_ ? offset - stream_end_ : 0;
      stream_bytes_ += end - std::max(offset, stream_end_);
      stream_bytes_ -= std::min(over, stream_bytes_);
      stream_end_ = end;
    }
    ++stream_reads_;
    reads_elsewhere_ = 0;
    return true;
  }
  if (offset >= last_end && offset - last_end <= kStep) {
    // The stream moves here.
    DropAllParts();
    stream_end_ = end;
    stream_bytes_ = size;
    stream_reads_ = 2;
    window_ = 0;
    reads_elsewhere_ = 0;
    return true;
  }
  if (++reads_elsewhere_ == kReadsElsewhere) {
    DropAllParts();
    stream_bytes_ = 0;
    window_ = 0;
  }
  return false;
}

void ReadAhead::AssignToParts(uint64_t offset, char* buffer, size_t size,
                              bool in_stream, std::vector<Use>& uses,
                              ParallelFetch& direct) {
  const uint64_t end = offset + size;
  uint64_t at = offset;
  const auto use = [&](const PartPtr& part) {
    const uint64_t until = std::min(end, part->end());
    ++part->uses;
    uses.push_back({part, at, buffer + (at - offset), until - at});
    at = until;
  };
  const auto fetch_until = [&](uint64_t until) {
    direct.Add(at, buffer + (at - offset), until - at);
    at = until;
  };

  auto it = std::find_if(parts_.begin(), parts_.end(),
                         [&](const PartPtr& p) { return p->end() > offset; });
  while (it != parts_.end() && (*it)->offset < end) {
    const PartPtr part = *it;
    const bool within = part->offset >= offset && part->end() <= end;
    if (part->state == Part::State::kFailed ||
        (part->state == Part::State::kWaiting && part->uses == 0 && within)) {
      // Failed or not started: fetch directly into the caller's buffer.
      part->dropped = true;
      part->CancelIfUnused();
      it = parts_.erase(it);
      continue;
    }
    if (at < part->offset) {
      fetch_until(part->offset);
    }
    use(part);
    ++it;
  }
  if (at == end) {
    return;
  }
  if (in_stream && end - at < kSmallRead) {
    const uint64_t limit = it == parts_.end() ? object_size_ : (*it)->offset;
    if (const PartPtr part = MakePartForSmallReads(at, end - at, limit)) {
      use(part);
      parts_.insert(std::find_if(parts_.begin(), parts_.end(),
                                 [&part](const PartPtr& p) {
                                   return p->offset > part->offset;
                                 }),
                    part);
      return;
    }
  }
  fetch_until(end);
}

ReadAhead::PartPtr ReadAhead::MakePart(uint64_t offset, size_t size) {
  MemoryBudget::Block block = account_->Allocate(size);
  if (block.data() == nullptr) {
    return nullptr;
  }
  auto part = std::make_shared<Part>();
  part->offset = offset;
  part->size = size;
  part->block = std::move(block);
  return part;
}

ReadAhead::PartPtr ReadAhead::MakePartForSmallReads(uint64_t offset,
                                                    size_t size,
                                                    uint64_t limit) {
  const auto at_least = [&](uint64_t wanted) {
    return static_cast<size_t>(
        std::min(limit - offset, std::max<uint64_t>(size, wanted)));
  };
  const uint64_t wanted =
      std::clamp<uint64_t>(stream_bytes_, kOutsideBudget, kMinPart);
  if (PartPtr part = MakePart(offset, at_least(wanted))) {
    return part;
  }
  const auto outside =
      std::find_if(parts_.begin(), parts_.end(),
                   [](const PartPtr& p) { return p->outside_budget; });
  if (outside != parts_.end()) {
    if ((*outside)->uses > 0) {
      return nullptr;
    }
    DropParts(outside, std::next(outside));
  }
  auto part = std::make_shared<Part>();
  part->offset = offset;
  part->size = at_least(kOutsideBudget);
  part->block = MemoryBudget::Block::OutsideBudget(part->size);
  part->outside_budget = true;
  return part->block.data() == nullptr ? nullptr : part;
}

void ReadAhead::GrowWindow(size_t size) {
  const uint64_t wanted =
      size > 0 ? std::max<uint64_t>(2 * window_, 2 * size) : kWindowWithoutWait;
  window_ = std::max(window_, wanted);
  window_ =
      std::min({window_, 2 * stream_bytes_, budget_->limit(), max_window_});
  if (stream_reads_ == 1) {
    window_ = std::min(window_, kWindowOfFirstRead);
  }
}

void ReadAhead::Prefetch() {
  uint64_t part_size = kMaxPart;
  while (part_size > kMinPart && window_ < kParts * part_size) {
    part_size /= 2;
  }
  const uint64_t until = std::min(object_size_, stream_end_ + window_);
  uint64_t from = stream_end_;
  if (!parts_.empty()) {
    from = std::max(from, parts_.back()->end());
  }
  while (from < until) {
    // Parts end at multiples of their size, as the parts of most objects do.
    // Avoids tiny parts.
    uint64_t end = (from / part_size + 1) * part_size;
    if (end - from < part_size / 2) {
      end += part_size;
    }
    if (end + part_size / 2 > object_size_) {
      end = object_size_;
    }
    if (end > until) {
      return;  // A later read fetches the whole part.
    }
    const PartPtr part = MakePart(from, end - from);
    if (part == nullptr) {
      return;
    }
    parts_.push_back(part);
    workers_->Run(FetchWorkers::Priority::kReadAhead,
                  [self = shared_from_this(), part] { self->Fetch(part); });
    from = end;
  }
}

void ReadAhead::DropParts(Parts::iterator begin, Parts::iterator end) {
  std::for_each(begin, end, [](const PartPtr& part) {
    part->dropped = true;
    part->CancelIfUnused();
  });
  parts_.erase(begin, end);
}

void ReadAhead::Fetch(const PartPtr& part) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (part->state != Part::State::kWaiting ||
        (part->dropped && part->uses == 0)) {
      return;
    }
    part->state = Part::State::kFetching;
    ++fetching_;
  }
  Status status =
      fetch_(part->offset, part->block.data(), part->size, &part->cancellation);
  std::lock_guard<std::mutex> lock(mutex_);
  --fetching_;
  part->state = status.ok() ? Part::State::kReady : Part::State::kFailed;
  part->failure = std::move(status);
  part->CancelIfUnused();
  changed_.notify_all();
}

Status ReadAhead::WaitForPart(const PartPtr& part) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (part->state == Part::State::kWaiting) {
    lock.unlock();
    {
      const Semaphore::Hold slot(&workers_->callers());
      Fetch(part);
    }
    lock.lock();
  }
  changed_.wait(lock, [&part] {
    return part->state == Part::State::kReady ||
           part->state == Part::State::kFailed;
  });
  return part->failure;
}

void ReadAhead::Copy(const Use& use) {
  std::memcpy(use.buffer,
              use.part->block.data() + (use.offset - use.part->offset),
              use.size);
}

bool ReadAhead::ReleaseIdle(Clock::time_point since) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (parts_.empty()) {
    return false;
  }
  if (last_read_ > since) {
    return true;
  }
  DropAllParts();
  window_ = 0;
  return false;
}

}  // namespace s3
}  // namespace tfs3
