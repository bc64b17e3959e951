// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/read_history.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/client/object_checksum.h"

namespace tfs3 {
namespace s3 {
namespace {

const char kFile[] = "0123456789";

void Record(ReadHistory& history, size_t offset, size_t size) {
  history.Record(offset, kFile + offset, size);
}

TEST(ReadHistoryTest, SequentialReadsAreAPrefix) {
  ReadHistory history;
  EXPECT_EQ(history.prefix()->size, 0u);
  Record(history, 0, 3);
  Record(history, 3, 4);
  Record(history, 1, 2);
  Record(history, 5, 4);
  ASSERT_TRUE(history.prefix().has_value());
  EXPECT_EQ(history.prefix()->size, 9u);
  EXPECT_EQ(history.prefix()->crc64, ExtendCrc64(0, "012345678"));
  EXPECT_NE(history.prefix()->crc64, ExtendCrc64(0, "012345679"));
}

TEST(ReadHistoryTest, AReadThatSkipsBytesEndsThePrefix) {
  ReadHistory history;
  Record(history, 0, 3);
  Record(history, 4, 1);
  EXPECT_FALSE(history.prefix().has_value());
  Record(history, 3, 5);
  EXPECT_FALSE(history.prefix().has_value());
}

TEST(ReadHistoryTest, APrefixHasAMaximumSize) {
  ReadHistory history;
  std::string part(size_t{64} << 20, 'x');
  for (uint64_t at = 0; at < ReadHistory::kMaxPrefixBytes; at += part.size()) {
    history.Record(at, part.data(), part.size());
  }
  EXPECT_EQ(history.prefix()->size, ReadHistory::kMaxPrefixBytes);
  history.Record(ReadHistory::kMaxPrefixBytes, part.data(), 1);
  EXPECT_FALSE(history.prefix().has_value());
}

TEST(ReadHistoryTest, KeepsTheLastBytes) {
  ReadHistory history;
  std::string buffer(3, '?');
  EXPECT_FALSE(history.CopyFromLast(0, buffer.data(), 1));
  Record(history, 2, 3);
  Record(history, 5, 2);
  Record(history, 3, 1);
  EXPECT_EQ(history.last().offset, 2u);
  EXPECT_EQ(history.last().bytes, "23456");
  EXPECT_TRUE(history.CopyFromLast(4, buffer.data(), 3));
  EXPECT_EQ(buffer, "456");
  EXPECT_FALSE(history.CopyFromLast(5, buffer.data(), 3));
  EXPECT_FALSE(history.CopyFromLast(1, buffer.data(), 3));
  Record(history, 0, 1);
  EXPECT_EQ(history.last().bytes, "0");
}

TEST(ReadHistoryTest, KeepsAtMostASample) {
  const std::string file(3 * ReadHistory::kSampleBytes, 'x');
  ReadHistory history;
  history.Record(0, file.data(), 2 * ReadHistory::kSampleBytes);
  EXPECT_EQ(history.last().offset, ReadHistory::kSampleBytes);
  history.Record(2 * ReadHistory::kSampleBytes, file.data(), 10);
  EXPECT_EQ(history.last().bytes.size(), ReadHistory::kSampleBytes);
  EXPECT_EQ(history.last().offset, ReadHistory::kSampleBytes + 10);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
