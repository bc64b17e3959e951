// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/options/memory_limit.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace tfs3 {
namespace {

constexpr int64_t kMebibyte = 1 << 20;

// Reads the limit from a folder that replaces the root of the file system.
class MemoryLimitTest : public testing::Test {
 protected:
  MemoryLimitTest()
      : root_(std::filesystem::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(root_);
    Write("proc/meminfo", "MemTotal:        4194304 kB\nMemFree: 1 kB\n");
  }

  void Write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }

  int64_t Limit() { return ReadMemoryLimit(root_.string()); }

 private:
  const std::filesystem::path root_;
};

TEST_F(MemoryLimitTest, WithoutGroupsReturnsTheMachinesMemory) {
  EXPECT_EQ(Limit(), 4096 * kMebibyte);
}

TEST_F(MemoryLimitTest, ReturnsTheMinimumOfAVersion2GroupAndItsParents) {
  Write("proc/self/cgroup", "0::/pods/one\n");
  Write("sys/fs/cgroup/pods/one/memory.max", "max\n");
  Write("sys/fs/cgroup/pods/memory.max", "1073741824\n");
  EXPECT_EQ(Limit(), 1024 * kMebibyte);
  Write("sys/fs/cgroup/pods/one/memory.max", "536870912\n");
  EXPECT_EQ(Limit(), 512 * kMebibyte);
}

TEST_F(MemoryLimitTest, ReadsAVersion1Group) {
  Write("proc/self/cgroup", "12:cpu:/a\n9:pids,memory:/docker/abc\n0::/\n");
  Write("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "268435456\n");
  EXPECT_EQ(Limit(), 256 * kMebibyte);
}

TEST_F(MemoryLimitTest, ReadsTheRootGroupIfTheNamedGroupDoesNotExist) {
  Write("proc/self/cgroup", "9:memory:/kubepods/unseen\n");
  Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n");
  EXPECT_EQ(Limit(), 128 * kMebibyte);
}

TEST_F(MemoryLimitTest, IgnoresAGroupLimitAboveTheMachinesMemory) {
  Write("proc/self/cgroup", "9:memory:/\n");
  Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(Limit(), 4096 * kMebibyte);
}

TEST(ReadMemoryLimitTest, ReturnsZeroIfNoFileCanBeRead) {
  EXPECT_EQ(ReadMemoryLimit("/nowhere"), 0);
}

}  // namespace
}  // namespace tfs3
