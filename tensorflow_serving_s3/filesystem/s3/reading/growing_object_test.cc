// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads of an object that grows or is replaced.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/address/read_watch.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/object_reader.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/object_reader_test_util.h"

namespace tfs3 {
namespace s3 {
namespace {

class GrowingObjectTest : public ObjectReaderTest {};

TEST_F(GrowingObjectTest, AReadAtTheEndReturnsAppendedBytes) {
  Replace("", "\"e0\"");
  auto reader = Open();
  EXPECT_EQ(Read(*reader, 0, 10), "");
  std::string whole;
  for (const size_t size : {1 * kMiB / 2, kMiB, 3 * kMiB, 3 * kMiB + 5}) {
    const size_t before = whole.size();
    whole = Pattern(size);
    Replace(whole, "\"e" + std::to_string(size) + "\"");
    EXPECT_TRUE(Read(*reader, before, size) == whole.substr(before));
    EXPECT_TRUE(Read(*reader, 0, before) == whole.substr(0, before));
    EXPECT_EQ(reader->info().size, size);
    EXPECT_EQ(Read(*reader, size, 1), "");
  }
}

TEST_F(GrowingObjectTest, FollowsGrowthInAStoreWithoutEtags) {
  Replace("01234", "");
  auto reader = Open();
  Replace("0123456789", "");
  EXPECT_EQ(Read(*reader, 5, 10), "56789");
}

TEST_F(GrowingObjectTest, AReadAcrossTheEndReturnsOneVersion) {
  Replace("01234", "\"e1\"");
  auto reader = Open();
  Replace("0123456789", "\"e2\"");
  EXPECT_EQ(Read(*reader, 3, 10), "34");
  EXPECT_EQ(Heads(), 0u);
  EXPECT_EQ(Read(*reader, 5, 10), "56789");
  EXPECT_EQ(Heads(), 1u);
}

TEST_F(GrowingObjectTest, AReaderThatHasSeenTheEndReadsAcrossIt) {
  for (const size_t size : {kMiB / 2, 2 * kMiB}) {
    const std::string all = Pattern(size);
    Replace(all, "\"e1\"");
    auto reader = Open();
    EXPECT_TRUE(Read(*reader, 0, size + 1) == all);
    Replace(all + "more", "\"e2\"");
    EXPECT_EQ(Read(*reader, size - 2, 10), all.substr(size - 2) + "more");
    EXPECT_TRUE(Read(*reader, 0, size + 10) == all + "more");
  }
}

TEST_F(GrowingObjectTest, ALongerObjectWithAnotherBeginningHasNotGrown) {
  for (const size_t size : {kMiB / 2, 3 * kMiB}) {
    for (const size_t changed : {size_t{0}, size - 1}) {
      const std::string old = Pattern(size);
      Replace(old, "\"e1\"");
      auto reader = Open();
      for (size_t at = 0; at < size; at += kMiB / 2) {
        Read(*reader, at, kMiB / 2);
      }
      std::string other = old + "more";
      ++other[changed];
      Replace(other, "\"e2\"");
      EXPECT_EQ(Read(*reader, size, 10), "");
      EXPECT_EQ(reader->info().size, size);
      // Does not compare the same object again.
      const size_t ranges = Ranges().size();
      EXPECT_EQ(Read(*reader, size, 10), "");
      EXPECT_EQ(Ranges().size(), ranges);
      // Follows an object that begins with the old one again.
      Replace(old + "more", "\"e3\"");
      EXPECT_EQ(Read(*reader, size, 10), "more");
    }
  }
}

TEST_F(GrowingObjectTest, PollingALargeGrowingObjectReadsTheLastByteAgain) {
  // TensorFlow's record reader does this before it reads at the end again.
  std::string all = Pattern(3 * kMiB);
  Replace(all, "\"e0\"");
  auto reader = Open();
  EXPECT_TRUE(Read(*reader, 2 * kMiB, kMiB) == all.substr(2 * kMiB));
  for (int i = 1; i < 10; ++i) {
    const size_t end = all.size();
    all += Pattern(1000);
    Replace(all, "\"e" + std::to_string(i) + "\"");
    EXPECT_EQ(Read(*reader, end - 1, 1), all.substr(end - 1, 1));
    for (size_t at = end; at < all.size(); at += 100) {
      EXPECT_EQ(Read(*reader, at, 100), all.substr(at, 100));
    }
  }
}

TEST_F(GrowingObjectTest, SequentialReadsContinueInAGrownObject) {
  std::string all = Pattern(20 * kMiB);
  Replace(all, "\"e0\"");
  auto reader = Open();
  std::string read;
  for (int i = 1; read.size() < all.size(); ++i) {
    read += Read(*reader, read.size(), 300 * 1000);
    if (i % 20 != 0) {
      continue;
    }
    all += Pattern(1000);
    Replace(all, "\"e" + std::to_string(i) + "\"");
  }
  EXPECT_TRUE(read == all);
  // Again from the beginning.
  Replace(all + "more", "\"last\"");
  EXPECT_TRUE(Read(*reader, 0, all.size()) == all);
}

TEST_F(GrowingObjectTest, ComparesAllBytesOfASmallVersion) {
  const std::string all = Pattern(4 * kMiB);
  Replace(all.substr(0, kMiB / 2), "\"e0\"");
  auto reader = Open();
  for (const size_t size : {kMiB / 2, 2 * kMiB, 3 * kMiB}) {
    Replace(all.substr(0, size), "\"e" + std::to_string(size) + "\"");
    for (size_t at = reader->info().size == size ? 0 : reader->info().size;
         at < size; at += kMiB / 2) {
      EXPECT_TRUE(Read(*reader, at, kMiB / 2) == all.substr(at, kMiB / 2));
    }
  }
  // It differs between the first and the last bytes.
  std::string other = all;
  ++other[2 * kMiB];
  Replace(other, "\"other\"");
  EXPECT_EQ(Read(*reader, 3 * kMiB, 10), "");
}

TEST_F(GrowingObjectTest, AGrownFileCanBeReadAgainFromTheBeginning) {
  const std::string old = Pattern(3 * kMiB / 2);
  Replace(old, "\"e0\"");
  auto reader = Open();
  const auto read_all = [&] {
    std::string read;
    for (std::string got = "?"; !got.empty(); read += got) {
      got = Read(*reader, read.size(), kMiB / 2);
    }
    return read;
  };
  EXPECT_TRUE(read_all() == old);
  Replace(old + old, "\"e1\"");
  EXPECT_TRUE(read_all() == old + old);
}

TEST_F(GrowingObjectTest, RandomReadsDoNotContinueInAGrownObject) {
  const std::string all = Pattern(20 * kMiB);
  Replace(all, "\"e0\"");
  auto reader = Open();
  Read(*reader, 0, 10);
  Read(*reader, 15 * kMiB, 10);
  Replace(all + "more", "\"e1\"");
  EXPECT_EQ(ReadStatus(*reader, 8 * kMiB).code, TF_FAILED_PRECONDITION);
  EXPECT_EQ(Read(*reader, 20 * kMiB, 10), "more");
  EXPECT_EQ(Read(*reader, 8 * kMiB, 10), all.substr(8 * kMiB, 10));
}

TEST_F(GrowingObjectTest, ALongerObjectWithOtherBytesIsAnError) {
  const std::string all = Pattern(20 * kMiB);
  for (const size_t changed : {size_t{0}, 2 * kMiB, 3 * kMiB - 1}) {
    Replace(all, "\"e0\"");
    auto reader = Open();
    for (size_t at = 0; at < 3 * kMiB; at += kMiB) {
      Read(*reader, at, kMiB);
    }
    std::string other = all + "more";
    ++other[changed];
    Replace(other, "\"e1\"");
    EXPECT_EQ(ReadStatus(*reader, 19 * kMiB).code, TF_FAILED_PRECONDITION);
    std::string buffer(17 * kMiB, '?');
    EXPECT_EQ(
        reader->Read(3 * kMiB, buffer.data(), buffer.size()).status().code,
        TF_FAILED_PRECONDITION);
  }
}

TEST_F(GrowingObjectTest, AReplacedObjectOfTheSameSizeEndsAtItsSize) {
  Replace("01234", "\"e1\"");
  auto reader = Open();
  Replace("56789", "\"e2\"");
  EXPECT_EQ(Read(*reader, 5, 1), "");
  EXPECT_EQ(Read(*reader, 0, 5), "01234");
  Replace("5678", "\"e3\"");
  EXPECT_EQ(Read(*reader, 5, 1), "");
}

TEST_F(GrowingObjectTest, AfterGrowthAReplacedObjectIsStillAnError) {
  Replace(Pattern(3 * kMiB), "\"e1\"");
  auto reader = Open();
  Replace(Pattern(4 * kMiB), "\"e2\"");
  EXPECT_EQ(Read(*reader, 3 * kMiB, 1), Pattern(4 * kMiB).substr(3 * kMiB, 1));
  Replace(Pattern(5 * kMiB), "\"e3\"");
  EXPECT_EQ(ReadStatus(*reader, 2 * kMiB).code, TF_FAILED_PRECONDITION);
}

TEST_F(GrowingObjectTest, AFileOfALoadingModelDoesNotGrow) {
  Replace("01234", "\"e1\"");
  std::unique_ptr<ObjectReader> reader;
  {
    const ReadWatch load("s3://models");
    reader = Open();
  }
  Replace("0123456789", "\"e2\"");
  EXPECT_EQ(Read(*reader, 5, 10), "");
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(GrowingObjectTest, TheFileEndsAtItsSizeIfTheStoreRefusesTheHead) {
  Replace("01234", "\"e1\"");
  auto reader = Open();
  for (const char* refusal :
       {"404 Not Found", "403 Forbidden", "405 No", "501 Not Implemented"}) {
    head_ = std::string("HTTP/1.1 ") + refusal + "\r\n\r\n";
    EXPECT_EQ(Read(*reader, 5, 1), "") << refusal;
  }
  head_ = "HTTP/1.1 400 Bad Request\r\n\r\n";
  EXPECT_EQ(ReadStatus(*reader, 5).code, TF_INVALID_ARGUMENT);
}

TEST_F(GrowingObjectTest, ThreadsAtTheEndOfAGrowingObjectReadTheSameBytes) {
  const std::string all = Pattern(kMiB);
  const size_t step = kMiB / 16;
  Replace(all.substr(0, step), "\"e1\"");
  auto reader = Open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (uint64_t at = 0; at < all.size();) {
        const std::string got = Read(*reader, at, 100000);
        ASSERT_TRUE(got == all.substr(at, got.size()));
        at += got.size();
      }
    });
  }
  for (size_t i = 2; i <= 16; ++i) {
    Replace(all.substr(0, i * step), "\"e" + std::to_string(i) + "\"");
    Read(*reader, reader->info().size, 1);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(reader->info().size, all.size());
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
