// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Limits the memory that all open files of a process use for read-ahead.
//
//   MemoryBudget& budget = MemoryBudget::OfProcess();
//   auto account = std::make_shared<MemoryBudget::Account>(&budget);
//   MemoryBudget::Block block = account->Allocate(size);
//   if (block.data() != nullptr) Fill(block.data(), block.size());
//
// The limit is 256 MiB, or the value of S3_READ_AHEAD_MIB or SetLimit; 0
// disables read-ahead. Each file has an account, which may use at most four
// times the free memory: one file gets four fifths of the budget, two files get
// four ninths each, and later files always get some. A file without memory
// reads without read-ahead.
//
// Blocks have huge pages if the system supplies them quickly (huge_pages.h).
// Destroyed blocks of 2 MiB and more are cached within the limit, until all
// blocks are destroyed or no file has been read for some time. Thread-safe,
// except for a single Block.
//
// This is not a semaphore: a request never waits, the limit of an account
// depends on the free memory, and the budget caches mappings.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_MEMORY_BUDGET_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_MEMORY_BUDGET_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace tfs3 {
namespace s3 {

class MemoryBudget {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr uint64_t kDefaultLimit = uint64_t{256} << 20;

  class Account;

  // Owns uninitialised memory.
  class Block {
   public:
    Block() = default;
    Block(Block&& other) noexcept;
    Block& operator=(Block&& other) noexcept;
    ~Block();

    // Returns a block without a budget; without data if the system has no
    // memory.
    static Block OutsideBudget(size_t size);

    // Null if the block has no data.
    char* data() const { return data_; }
    size_t size() const { return size_; }

    // Releases the memory after the first `size` bytes.
    void Shrink(size_t size);

   private:
    friend class Account;

    std::shared_ptr<Account> account_;  // Null without a budget.
    char* data_ = nullptr;
    size_t size_ = 0;
    size_t mapped_ = 0;  // The size of the mapping at `data_`, as accounted.
  };

  class Account : public std::enable_shared_from_this<Account> {
   public:
    // `budget` must outlive the account and its blocks.
    explicit Account(MemoryBudget* budget) : budget_(budget) {}

    // Returns a block; without data if the budget or the system has no memory.
    Block Allocate(size_t size);

   private:
    friend class Block;
    friend class MemoryBudget;

    MemoryBudget* const budget_;
    uint64_t used_ = 0;  // Guarded by the budget's mutex.
  };

  // Releases memory that its owner has not used since then. Returns true if
  // there is memory that can be released later.
  using ReleaseIdleFn = std::function<bool(Clock::time_point since)>;

  explicit MemoryBudget(uint64_t limit = kDefaultLimit) : limit_(limit) {}
  ~MemoryBudget();

  // Returns the budget of this process, which is never destroyed. A forked
  // child has its own.
  static MemoryBudget& OfProcess();

  // Sets the limit for later requests. Blocks beyond a lower limit are released
  // as files are read.
  void SetLimit(uint64_t bytes);
  // Sets the limit of the environment. Has no effect after SetLimit: a flag of
  // the program has priority.
  void SetDefaultLimit(uint64_t bytes);

  uint64_t limit() const;
  uint64_t used() const;
  // Returns the size of the cached mappings.
  uint64_t cached_bytes() const;

  // Lets ReleaseIdle call `release` while `owner` is alive.
  void OnIdle(std::weak_ptr<void> owner, ReleaseIdleFn release);
  // Calls all `release` functions and releases the cached mappings.
  bool ReleaseIdle(Clock::time_point since);

  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

 private:
  struct IdleUser {
    std::weak_ptr<void> owner;
    ReleaseIdleFn release;
  };

  // Mappings to unmap after the lock is released.
  class DeferredUnmap;

  // Returns false if the account may not use `bytes` more. `mapping` is set to
  // a cached mapping of this size, if there is one.
  bool Reserve(Account& account, size_t bytes, char*& mapping);
  void Release(Account& account, size_t bytes);
  // Releases `bytes` and caches or unmaps their mapping.
  void Return(Account& account, char* mapping, size_t bytes);
  // Requires `mutex_`. Reduces the cache to `bytes`.
  void ShrinkCache(uint64_t bytes, DeferredUnmap& unmaps);

  mutable std::mutex mutex_;
  uint64_t limit_;
  bool limit_is_set_ = false;
  uint64_t used_ = 0;
  uint64_t cached_bytes_ = 0;
  std::map<size_t, std::vector<char*>> cached_;  // By size.
  std::vector<IdleUser> idle_users_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_MEMORY_BUDGET_H_
