// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/memory_budget.h"

#include <chrono>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using Block = MemoryBudget::Block;
using Clock = MemoryBudget::Clock;

constexpr size_t kMiB = size_t{1} << 20;

std::shared_ptr<MemoryBudget::Account> NewAccount(MemoryBudget& budget) {
  return std::make_shared<MemoryBudget::Account>(&budget);
}

// Takes all memory that the account can get.
std::vector<Block> AllocateAll(MemoryBudget::Account& account) {
  std::vector<Block> blocks;
  while (true) {
    Block block = account.Allocate(kMiB);
    if (block.data() == nullptr) {
      return blocks;
    }
    blocks.push_back(std::move(block));
  }
}

TEST(MemoryBudgetTest, ABlockCountsUntilItIsDestroyed) {
  MemoryBudget budget(64 * kMiB);
  auto account = NewAccount(budget);
  {
    Block block = account->Allocate(3 * kMiB);
    ASSERT_NE(block.data(), nullptr);
    EXPECT_EQ(block.size(), 3 * kMiB);
    std::memset(block.data(), 1, block.size());
    EXPECT_EQ(budget.used(), 3 * kMiB);
    const Block moved = std::move(block);
    EXPECT_EQ(budget.used(), 3 * kMiB);
  }
  EXPECT_EQ(budget.used(), 0u);
}

TEST(MemoryBudgetTest, ABlockOutlivesItsAccount) {
  MemoryBudget budget(64 * kMiB);
  Block block = NewAccount(budget)->Allocate(kMiB);
  EXPECT_EQ(budget.used(), kMiB);
  block = Block();
  EXPECT_EQ(budget.used(), 0u);
}

TEST(MemoryBudgetTest, ShrinkReleasesMemory) {
  MemoryBudget budget(64 * kMiB);
  Block block = NewAccount(budget)->Allocate(4 * kMiB);
  block.data()[9] = 'x';
  block.Shrink(10);
  EXPECT_EQ(block.size(), 10u);
  EXPECT_EQ(block.data()[9], 'x');
  EXPECT_GT(budget.used(), 0u);
  EXPECT_LT(budget.used(), 64 * 1024u);
}

TEST(MemoryBudgetTest, OneFileGetsFourFifths) {
  MemoryBudget budget(100 * kMiB);
  auto account = NewAccount(budget);
  EXPECT_EQ(AllocateAll(*account).size(), 80u);
}

TEST(MemoryBudgetTest, LaterFilesGetSomeMemory) {
  MemoryBudget budget(100 * kMiB);
  std::vector<std::vector<Block>> blocks;
  for (int i = 0; i < 3; ++i) {
    blocks.push_back(AllocateAll(*NewAccount(budget)));
    EXPECT_GE(blocks.back().size(), 3u);
  }
  EXPECT_LE(budget.used(), 100 * kMiB);
}

TEST(MemoryBudgetTest, TwoFilesGetTheSameAmount) {
  MemoryBudget budget(90 * kMiB);
  auto first = NewAccount(budget);
  auto second = NewAccount(budget);
  std::vector<Block> of_first;
  std::vector<Block> of_second;
  for (int i = 0; i < 90; ++i) {
    of_first.push_back(first->Allocate(kMiB));
    of_second.push_back(second->Allocate(kMiB));
  }
  const auto count = [](const std::vector<Block>& blocks) {
    int taken = 0;
    for (const Block& block : blocks) {
      taken += block.data() != nullptr;
    }
    return taken;
  };
  EXPECT_EQ(count(of_first), 40);
  EXPECT_EQ(count(of_second), 40);
}

TEST(MemoryBudgetTest, ALimitOfZeroDisablesReadAhead) {
  MemoryBudget budget(0);
  EXPECT_EQ(NewAccount(budget)->Allocate(1).data(), nullptr);
  EXPECT_NE(Block::OutsideBudget(1).data(), nullptr);
  EXPECT_EQ(budget.used(), 0u);
}

TEST(MemoryBudgetTest, TheProgramsLimitOverridesTheEnvironment) {
  MemoryBudget budget(1);
  budget.SetDefaultLimit(2);
  EXPECT_EQ(budget.limit(), 2u);
  budget.SetLimit(3);
  budget.SetDefaultLimit(4);
  EXPECT_EQ(budget.limit(), 3u);
}

TEST(MemoryBudgetTest, ALowerLimitAppliesToLaterBlocks) {
  MemoryBudget budget(100 * kMiB);
  auto account = NewAccount(budget);
  std::vector<Block> blocks = AllocateAll(*account);
  budget.SetLimit(10 * kMiB);
  blocks.resize(20);
  EXPECT_EQ(account->Allocate(kMiB).data(), nullptr);
  blocks.clear();
  EXPECT_NE(account->Allocate(kMiB).data(), nullptr);
}

TEST(MemoryBudgetTest, CachesLargeBlocks) {
  MemoryBudget budget(64 * kMiB);
  auto account = NewAccount(budget);
  const Block other = account->Allocate(kMiB);
  Block block = account->Allocate(4 * kMiB);
  const char* const data = block.data();
  block = Block();
  EXPECT_EQ(budget.cached_bytes(), 4 * kMiB);
  block = account->Allocate(4 * kMiB);
  EXPECT_EQ(block.data(), data);
  EXPECT_EQ(budget.cached_bytes(), 0u);
}

TEST(MemoryBudgetTest, ReleasesTheCacheWithTheLastBlockAndWhenIdle) {
  MemoryBudget budget(64 * kMiB);
  auto account = NewAccount(budget);
  Block other = account->Allocate(kMiB);
  account->Allocate(4 * kMiB);
  EXPECT_EQ(budget.cached_bytes(), 4 * kMiB);
  budget.ReleaseIdle(Clock::now());
  EXPECT_EQ(budget.cached_bytes(), 0u);
  account->Allocate(4 * kMiB);
  other = Block();
  EXPECT_EQ(budget.cached_bytes(), 0u);
}

TEST(MemoryBudgetTest, CachedAndUsedMemoryIsWithinTheLimit) {
  MemoryBudget budget(20 * kMiB);
  auto account = NewAccount(budget);
  Block one = account->Allocate(2 * kMiB);
  { const Block large = account->Allocate(12 * kMiB); }
  EXPECT_EQ(budget.cached_bytes(), 12 * kMiB);
  Block two = account->Allocate(8 * kMiB);
  ASSERT_NE(two.data(), nullptr);
  EXPECT_LE(budget.cached_bytes() + budget.used(), 20 * kMiB);
}

TEST(MemoryBudgetTest, CallsReleaseWhileTheOwnerIsAlive) {
  MemoryBudget budget(kMiB);
  const Clock::time_point since = Clock::now();
  auto owner = std::make_shared<int>();
  int asked = 0;
  budget.OnIdle(owner, [&](Clock::time_point when) {
    EXPECT_EQ(when, since);
    return ++asked == 1;
  });
  EXPECT_TRUE(budget.ReleaseIdle(since));
  EXPECT_FALSE(budget.ReleaseIdle(since));
  owner.reset();
  EXPECT_FALSE(budget.ReleaseIdle(since));
  EXPECT_EQ(asked, 2);
}

TEST(MemoryBudgetTest, ThreadsTakeAndReleaseInParallel) {
  MemoryBudget budget(16 * kMiB);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&budget] {
      auto account = NewAccount(budget);
      for (int i = 0; i < 200; ++i) {
        const Block one = account->Allocate(kMiB);
        const Block two = account->Allocate(2 * kMiB);
        EXPECT_LE(budget.used(), 16 * kMiB);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(budget.used(), 0u);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
