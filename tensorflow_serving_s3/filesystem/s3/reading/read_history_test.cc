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

void Note(ReadHistory& history, size_t offset, size_t size) {
  history.Note(offset, kFile + offset, size);
}

TEST(ReadHistoryTest, SequentialReadsAreAPrefix) {
  ReadHistory history;
  EXPECT_EQ(history.prefix()->size, 0u);
  Note(history, 0, 3);
  Note(history, 3, 4);
  Note(history, 1, 2);
  Note(history, 5, 4);
  ASSERT_TRUE(history.prefix().has_value());
  EXPECT_EQ(history.prefix()->size, 9u);
  EXPECT_EQ(history.prefix()->crc64, ExtendCrc64(0, "012345678"));
  EXPECT_NE(history.prefix()->crc64, ExtendCrc64(0, "012345679"));
}

TEST(ReadHistoryTest, AReadThatSkipsBytesEndsThePrefix) {
  ReadHistory history;
  Note(history, 0, 3);
  Note(history, 4, 1);
  EXPECT_FALSE(history.prefix().has_value());
  Note(history, 3, 5);
  EXPECT_FALSE(history.prefix().has_value());
}

TEST(ReadHistoryTest, APrefixHasAMaximumSize) {
  ReadHistory history;
  std::string part(size_t{64} << 20, 'x');
  for (uint64_t at = 0; at < ReadHistory::kMostPrefixBytes; at += part.size()) {
    history.Note(at, part.data(), part.size());
  }
  EXPECT_EQ(history.prefix()->size, ReadHistory::kMostPrefixBytes);
  history.Note(ReadHistory::kMostPrefixBytes, part.data(), 1);
  EXPECT_FALSE(history.prefix().has_value());
}

TEST(ReadHistoryTest, KeepsTheLastBytes) {
  ReadHistory history;
  std::string buffer(3, '?');
  EXPECT_FALSE(history.CopyFromLast(0, buffer.data(), 1));
  Note(history, 2, 3);
  Note(history, 5, 2);
  Note(history, 3, 1);
  EXPECT_EQ(history.last().offset, 2u);
  EXPECT_EQ(history.last().bytes, "23456");
  EXPECT_TRUE(history.CopyFromLast(4, buffer.data(), 3));
  EXPECT_EQ(buffer, "456");
  EXPECT_FALSE(history.CopyFromLast(5, buffer.data(), 3));
  EXPECT_FALSE(history.CopyFromLast(1, buffer.data(), 3));
  Note(history, 0, 1);
  EXPECT_EQ(history.last().bytes, "0");
}

TEST(ReadHistoryTest, KeepsAtMostASample) {
  const std::string file(3 * ReadHistory::kSampleBytes, 'x');
  ReadHistory history;
  history.Note(0, file.data(), 2 * ReadHistory::kSampleBytes);
  EXPECT_EQ(history.last().offset, ReadHistory::kSampleBytes);
  history.Note(2 * ReadHistory::kSampleBytes, file.data(), 10);
  EXPECT_EQ(history.last().bytes.size(), ReadHistory::kSampleBytes);
  EXPECT_EQ(history.last().offset, ReadHistory::kSampleBytes + 10);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
