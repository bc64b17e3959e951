// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The memory that all open files of a process share for what is read ahead.
//
//   MemoryBudget& budget = MemoryBudget::OfProcess();
//   auto account = std::make_shared<MemoryBudget::Account>(&budget);
//   MemoryBudget::Block block = account->Take(size);
//   if (block.data() != nullptr) Fill(block.data(), block.size());
//
// 256 MiB unless S3_READ_AHEAD_MIB or SetLimit says otherwise; with 0 nothing
// is read ahead. An account is one file's. It may have at most four times what
// would still be free: one file alone gets four fifths of the budget, two get
// four ninths each, and whoever comes later always finds something. A file that
// is refused reads what it is asked for and no more. Blocks are mapped on their
// own, in huge pages where the system has them. Those of two MiB and more are
// kept for the next one when they are destroyed, within the limit, and go back
// to the system when all are or nobody has read for a while. Thread-safe, but
// for a single Block.
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

  // Bytes that belong to their holder until it is destroyed. Not initialised.
  class Block {
   public:
    Block() = default;
    Block(Block&& other) noexcept;
    Block& operator=(Block&& other) noexcept;
    ~Block();

    // A block that no budget knows of; without data when the system has none.
    static Block OutsideBudget(size_t size);

    // Null when there is none.
    char* data() const { return data_; }
    size_t size() const { return size_; }

    // Gives back what lies behind the first `size` bytes.
    void Shrink(size_t size);

   private:
    friend class Account;

    std::shared_ptr<Account> account_;  // Null outside of a budget.
    char* data_ = nullptr;
    size_t size_ = 0;
    size_t mapped_ = 0;  // Of the mapping, from `data_` on; accounted for.
  };

  class Account : public std::enable_shared_from_this<Account> {
   public:
    // `budget` must outlive the account, and that its blocks.
    explicit Account(MemoryBudget* budget) : budget_(budget) {}

    // A block without data when the budget, or the system, has none to give.
    Block Take(size_t size);

   private:
    friend class Block;
    friend class MemoryBudget;

    MemoryBudget* const budget_;
    uint64_t used_ = 0;  // Guarded by the budget's mutex.
  };

  // Drops what its owner has not used since then. Whether there is still
  // something that may be dropped later.
  using ReleaseIdleFn = std::function<bool(Clock::time_point since)>;

  explicit MemoryBudget(uint64_t limit = kDefaultLimit) : limit_(limit) {}
  ~MemoryBudget();

  // The budget of this process, never destroyed. The child of a fork has one of
  // its own.
  static MemoryBudget& OfProcess();

  // Holds from now on; what is beyond it comes back as files are read.
  void SetLimit(uint64_t bytes);
  // The same for what the environment says: of no effect after SetLimit, so
  // that a program's own flag is stronger.
  void SetDefaultLimit(uint64_t bytes);

  uint64_t limit() const;
  uint64_t used() const;
  // Free, and not yet given back to the system.
  uint64_t kept() const;

  // Has `release` called by ReleaseIdle for as long as `owner` lives.
  void OnIdle(std::weak_ptr<void> owner, ReleaseIdleFn release);
  // As ReleaseIdleFn, of all; what is kept is given back.
  bool ReleaseIdle(Clock::time_point since);

  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

 private:
  struct IdleUser {
    std::weak_ptr<void> owner;
    ReleaseIdleFn release;
  };

  // What is to be unmapped once the lock is given back.
  class Garbage;

  // Whether it may have so much; `mapping` is one of that size that was kept.
  bool Reserve(Account& account, size_t bytes, char*& mapping);
  void Release(Account& account, size_t bytes);
  // The same, with the memory.
  void TakeBack(Account& account, char* mapping, size_t bytes);
  // Requires `mutex_`: keeps no more than this.
  void KeepAtMost(uint64_t bytes, Garbage& garbage);

  mutable std::mutex mutex_;
  uint64_t limit_;
  bool limit_is_set_ = false;
  uint64_t used_ = 0;
  uint64_t kept_bytes_ = 0;
  std::map<size_t, std::vector<char*>> kept_;  // By their size.
  std::vector<IdleUser> idle_users_;
};

// Asks the system to back the memory with huge pages, which are several times
// faster to get than small ones. Only advice: it cannot fail.
void PreferHugePages(char* data, size_t size);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_MEMORY_BUDGET_H_
