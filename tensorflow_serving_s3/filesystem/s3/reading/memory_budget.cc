// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/memory_budget.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/base/per_process.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/huge_pages.h"

namespace tfs3 {
namespace s3 {
namespace {

// The maximum of an account, as a multiple of the memory left free.
constexpr uint64_t kMaxShareOfFree = 4;

size_t RoundUp(size_t size, size_t unit) {
  return (size + unit - 1) / unit * unit;
}

size_t PageSize() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

char* Map(size_t size) {
  void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return data == MAP_FAILED ? nullptr : static_cast<char*>(data);
}

// Maps memory that huge pages fit into, if `size` is large enough.
char* MapAligned(size_t size) {
  if (size < kHugePage) {
    return Map(size);
  }
  char* data = Map(size + kHugePage);
  if (data == nullptr) {
    return nullptr;
  }
  const size_t before = RoundUp(reinterpret_cast<uintptr_t>(data), kHugePage) -
                        reinterpret_cast<uintptr_t>(data);
  if (before > 0) {
    munmap(data, before);
  }
  if (before < kHugePage) {
    munmap(data + before + size, kHugePage - before);
  }
  PreferHugePages(data + before, size);
  return data + before;
}

}  // namespace

MemoryBudget::Block::Block(Block&& other) noexcept { *this = std::move(other); }

MemoryBudget::Block& MemoryBudget::Block::operator=(Block&& other) noexcept {
  std::swap(account_, other.account_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

MemoryBudget::Block::~Block() {
  if (data_ == nullptr) {
    return;
  }
  if (account_ == nullptr) {
    munmap(data_, mapped_);
  } else {
    account_->budget_->Return(*account_, data_, mapped_);
  }
}

MemoryBudget::Block MemoryBudget::Block::OutsideBudget(size_t size) {
  Block block;
  const size_t mapped = RoundUp(std::max(size, size_t{1}), PageSize());
  block.data_ = MapAligned(mapped);
  if (block.data_ == nullptr) {
    return block;
  }
  block.size_ = size;
  block.mapped_ = mapped;
  return block;
}

void MemoryBudget::Block::Shrink(size_t size) {
  size_ = size;
  const size_t new_size = RoundUp(std::max(size, size_t{1}), PageSize());
  if (new_size >= mapped_) {
    return;
  }
  munmap(data_ + new_size, mapped_ - new_size);
  if (account_ != nullptr) {
    account_->budget_->Release(*account_, mapped_ - new_size);
  }
  mapped_ = new_size;
}

MemoryBudget::Block MemoryBudget::Account::Allocate(size_t size) {
  Block block;
  const size_t mapped = RoundUp(std::max(size, size_t{1}), PageSize());
  char* data = nullptr;
  if (!budget_->Reserve(*this, mapped, data)) {
    return block;
  }
  if (data == nullptr) {
    data = MapAligned(mapped);
  }
  if (data == nullptr) {
    budget_->Release(*this, mapped);
    return block;
  }
  block.account_ = shared_from_this();
  block.data_ = data;
  block.size_ = size;
  block.mapped_ = mapped;
  return block;
}

class MemoryBudget::DeferredUnmap {
 public:
  ~DeferredUnmap() {
    for (const auto& [data, size] : mappings_) {
      munmap(data, size);
    }
  }
  void Add(char* data, size_t size) { mappings_.emplace_back(data, size); }

 private:
  std::vector<std::pair<char*, size_t>> mappings_;
};

MemoryBudget::~MemoryBudget() {
  DeferredUnmap unmaps;
  ShrinkCache(0, unmaps);
}

MemoryBudget& MemoryBudget::OfProcess() {
  static StaticPerProcess<MemoryBudget> per_process;
  return per_process.get();
}

void MemoryBudget::SetLimit(uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  limit_ = bytes;
  limit_is_set_ = true;
}

void MemoryBudget::SetDefaultLimit(uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!limit_is_set_) {
    limit_ = bytes;
  }
}

uint64_t MemoryBudget::limit() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return limit_;
}

uint64_t MemoryBudget::used() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return used_;
}

uint64_t MemoryBudget::cached_bytes() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return cached_bytes_;
}

void MemoryBudget::OnIdle(std::weak_ptr<void> owner, ReleaseIdleFn release) {
  std::lock_guard<std::mutex> lock(mutex_);
  idle_users_.erase(
      std::remove_if(idle_users_.begin(), idle_users_.end(),
                     [](const IdleUser& user) { return user.owner.expired(); }),
      idle_users_.end());
  idle_users_.push_back({std::move(owner), std::move(release)});
}

bool MemoryBudget::ReleaseIdle(Clock::time_point since) {
  std::vector<IdleUser> users;
  {
    DeferredUnmap unmaps;
    std::lock_guard<std::mutex> lock(mutex_);
    users = idle_users_;
    ShrinkCache(0, unmaps);
  }
  bool more = false;
  for (const IdleUser& user : users) {
    const std::shared_ptr<void> alive = user.owner.lock();
    if (alive != nullptr && user.release(since)) {
      more = true;
    }
  }
  return more;
}

bool MemoryBudget::Reserve(Account& account, size_t bytes, char*& mapping) {
  DeferredUnmap unmaps;
  std::lock_guard<std::mutex> lock(mutex_);
  if (used_ + bytes > limit_) {
    return false;
  }
  const uint64_t left = limit_ - used_ - bytes;
  if (account.used_ + bytes > kMaxShareOfFree * left) {
    return false;
  }
  account.used_ += bytes;
  used_ += bytes;
  const auto same_size = cached_.find(bytes);
  if (same_size != cached_.end() && !same_size->second.empty()) {
    mapping = same_size->second.back();
    same_size->second.pop_back();
    cached_bytes_ -= bytes;
  }
  ShrinkCache(left, unmaps);
  return true;
}

void MemoryBudget::Release(Account& account, size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  account.used_ -= bytes;
  used_ -= bytes;
}

void MemoryBudget::Return(Account& account, char* mapping, size_t bytes) {
  DeferredUnmap unmaps;
  std::lock_guard<std::mutex> lock(mutex_);
  account.used_ -= bytes;
  used_ -= bytes;
  if (bytes < kHugePage) {
    unmaps.Add(mapping, bytes);
  } else {
    cached_[bytes].push_back(mapping);
    cached_bytes_ += bytes;
  }
  const uint64_t left = limit_ > used_ ? limit_ - used_ : 0;
  ShrinkCache(used_ == 0 ? 0 : left, unmaps);
}

void MemoryBudget::ShrinkCache(uint64_t bytes, DeferredUnmap& unmaps) {
  while (cached_bytes_ > bytes) {
    const auto smallest = cached_.begin();
    if (smallest->second.empty()) {
      cached_.erase(smallest);
      continue;
    }
    unmaps.Add(smallest->second.back(), smallest->first);
    smallest->second.pop_back();
    cached_bytes_ -= smallest->first;
  }
}

}  // namespace s3
}  // namespace tfs3
