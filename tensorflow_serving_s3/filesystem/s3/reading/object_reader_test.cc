// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/object_reader.h"

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/object_reader_test_util.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(ObjectReaderTest, ASmallObjectIsOneRequest) {
  object_ = "0123456789";
  auto reader = Open();
  EXPECT_EQ(reader->info().size, 10u);
  EXPECT_EQ(Read(*reader, 3, 4), "3456");
  EXPECT_EQ(Read(*reader, 0, 10), "0123456789");
  EXPECT_EQ(Read(*reader, 8, 10), "89");
  EXPECT_EQ(Read(*reader, 10, 0), "");
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(ObjectReaderTest, AReadAtTheEndRequestsTheSizeOnce) {
  object_ = "0123456789";
  auto reader = Open();
  EXPECT_EQ(Read(*reader, 10, 1), "");
  EXPECT_EQ(Heads(), 1u);
  EXPECT_EQ(Read(*reader, 1000, 1), "");
  EXPECT_EQ(Heads(), 2u);
  EXPECT_EQ(Ranges().size(), 1u);
}

TEST_F(ObjectReaderTest, AnEmptyObject) {
  auto reader = Open();
  EXPECT_EQ(reader->info().size, 0u);
  EXPECT_EQ(Read(*reader, 0, 10), "");
}

TEST_F(ObjectReaderTest, SequentialReadsFetchEachByteOnceInLargeRanges) {
  object_ = Pattern(20 * kMiB + 5);
  auto reader = Open();
  std::string read;
  while (read.size() < object_.size()) {
    read += Read(*reader, read.size(), 100 * 1000);
  }
  EXPECT_TRUE(read == object_);
  EXPECT_LE(Ranges().size(), 20u);
  EXPECT_EQ(RequestedBytes(), object_.size());
}

TEST_F(ObjectReaderTest, ALargeReadFetchesTheMissingBytesInParallel) {
  object_ = Pattern(40 * kMiB);
  auto reader = Open();
  EXPECT_TRUE(Read(*reader, kMiB / 2, 39 * kMiB + kMiB / 2) ==
              object_.substr(kMiB / 2));
  EXPECT_GE(Ranges().size(), 5u);
  EXPECT_EQ(RequestedBytes(), object_.size());
}

TEST_F(ObjectReaderTest, RandomReadsFetchOnlyTheirRange) {
  object_ = Pattern(40 * kMiB);
  auto reader = Open();
  EXPECT_EQ(Read(*reader, 30 * kMiB, 10), object_.substr(30 * kMiB, 10));
  EXPECT_EQ(Read(*reader, 20 * kMiB, 10), object_.substr(20 * kMiB, 10));
  EXPECT_THAT(Ranges(), ElementsAre("0-1048575", "31457280-31457289",
                                    "20971520-20971529"));
}

TEST_F(ObjectReaderTest, ObjectsAroundTheSizeOfTheFirstRequest) {
  for (const size_t size : {kMiB - 1, kMiB, kMiB + 1, 3 * kMiB, 8 * kMiB}) {
    Replace(Pattern(size), "\"e1\"");
    auto reader = Open();
    EXPECT_EQ(reader->info().size, size);
    EXPECT_TRUE(Read(*reader, 0, size + 10) == object_) << size;
    EXPECT_EQ(Read(*reader, size, 1), "");
  }
}

TEST_F(ObjectReaderTest, OpensWithLessMemoryWithoutBudget) {
  MemoryBudget none(0);
  ObjectReader::Resources resources;
  resources.budget = &none;
  object_ = Pattern(3 * kMiB);
  Result<std::unique_ptr<ObjectReader>> reader =
      ObjectReader::Open(client_.get(), *ParseUri("s3://models/k"), resources);
  ASSERT_TRUE(reader.ok()) << reader.status().message;
  EXPECT_TRUE(Read(**reader, 0, 3 * kMiB) == object_);
  EXPECT_EQ(Ranges()[0], "0-65535");
}

TEST_F(ObjectReaderTest, OpenReleasesTheMemoryOfIdleFiles) {
  MemoryBudget budget(4 * kMiB);
  ObjectReader::Resources resources;
  resources.budget = &budget;
  object_ = Pattern(3 * kMiB);
  const auto open = [&] {
    Result<std::unique_ptr<ObjectReader>> reader = ObjectReader::Open(
        client_.get(), *ParseUri("s3://models/k"), resources);
    EXPECT_TRUE(reader.ok()) << reader.status().message;
    return *std::move(reader);
  };
  std::vector<std::unique_ptr<ObjectReader>> open_files;
  while (open_files.empty() || Ranges().back() == "0-1048575") {
    open_files.push_back(open());
    ASSERT_LE(open_files.size(), 5u);
  }
  EXPECT_EQ(Ranges().back(), "0-65535") << "none has been idle so far";

  resources.idle = MemoryBudget::Clock::duration::zero();
  open_files.push_back(open());
  EXPECT_EQ(Ranges().back(), "0-1048575");
  for (const auto& file : open_files) {
    EXPECT_TRUE(Read(*file, 0, 3 * kMiB) == object_);
  }
}

TEST_F(ObjectReaderTest, ClosingDoesNotWaitForThePrefetch) {
  object_ = Pattern(40 * kMiB);
  auto reader = Open();
  EXPECT_TRUE(Read(*reader, 0, 4 * kMiB) == object_.substr(0, 4 * kMiB));
  hang_from_ = 8 * kMiB;
  // The prefetch of the next bytes never ends.
  EXPECT_TRUE(Read(*reader, 4 * kMiB, 4 * kMiB) ==
              object_.substr(4 * kMiB, 4 * kMiB));
  reader.reset();
}

TEST_F(ObjectReaderTest, AReplacedObjectIsAnErrorAndNotAMixture) {
  for (const std::string etag : {"\"e1\"", ""}) {
    Replace(Pattern(20 * kMiB), etag);
    auto reader = Open();
    Replace(Pattern(21 * kMiB), etag.empty() ? "" : "\"e2\"");
    std::string buffer(10, '?');
    for (uint64_t offset : {1 * kMiB, 19 * kMiB}) {
      Result<size_t> got = reader->Read(offset, buffer.data(), buffer.size());
      ASSERT_FALSE(got.ok());
      EXPECT_EQ(got.status().code, TF_FAILED_PRECONDITION);
      EXPECT_THAT(got.status().message, HasSubstr("replaced while it was"));
    }
  }
}

TEST_F(ObjectReaderTest, AnObjectThatShrinksIsAnErrorAndNotAnEnd) {
  Replace(Pattern(20 * kMiB), "");
  auto reader = Open();
  Replace(Pattern(2 * kMiB), "");
  std::string buffer(10, '?');
  Result<size_t> got = reader->Read(19 * kMiB, buffer.data(), buffer.size());
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.status().code, TF_FAILED_PRECONDITION);
}

TEST_F(ObjectReaderTest, ThreadsReadTheirOwnParts) {
  object_ = Pattern(24 * kMiB);
  auto reader = Open();
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < 20; ++i) {
        const size_t offset = t * 6 * kMiB + i * 250000;
        EXPECT_TRUE(Read(*reader, offset, 250000) ==
                    object_.substr(offset, 250000));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST_F(ObjectReaderTest, OpeningAMissingObjectFails) {
  FakeHttpServer empty([](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeResponse(404, "<Error><Code>NoSuchKey</Code></Error>"));
  });
  Options options;
  options.endpoint = empty.url();
  options.anonymous = true;
  auto client = *Client::New(
      options, [](const char*) { return std::optional<std::string>(); });
  Result<std::unique_ptr<ObjectReader>> reader =
      ObjectReader::Open(client.get(), *ParseUri("s3://models/k"));
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.status().code, TF_NOT_FOUND);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
