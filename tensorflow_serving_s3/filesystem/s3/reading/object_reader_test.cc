// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/object_reader.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/address/read_watch.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr size_t kMiB = size_t{1} << 20;

std::string Pattern(size_t size) {
  std::string bytes(size, '\0');
  uint32_t state = 12345;
  for (char& c : bytes) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return bytes;
}

// One object behind a server that knows ranges and If-Match.
class ObjectReaderTest : public ::testing::Test {
 protected:
  ObjectReaderTest()
      : server_([this](const FakeRequest& request, FakeConnection& out) {
          std::unique_lock<std::mutex> lock(mutex_);
          const std::string answer = Answer(request);
          lock.unlock();
          if (answer.empty()) return out.Hang();
          out.Send(answer);
        }) {
    Options options;
    options.endpoint = server_.url();
    options.endpoint_source = "S3_ENDPOINT";
    options.anonymous = true;
    options.request_timeout = std::chrono::hours(1);
    client_ = *Client::New(
        options, [](const char*) { return std::optional<std::string>(); });
  }

  // Nothing for what is never answered.
  std::string Answer(const FakeRequest& request) {
    if (request.method == "HEAD") {
      if (!head_.empty()) return head_;
      return "HTTP/1.1 200 OK\r\n" +
             (etag_.empty() ? "" : "ETag: " + etag_ + "\r\n") +
             "Content-Length: " + std::to_string(object_.size()) + "\r\n\r\n";
    }
    const auto if_match = request.headers.find("if-match");
    if (if_match != request.headers.end() && if_match->second != etag_) {
      return FakeAnswer(412, "<Error><Code>PreconditionFailed</Code></Error>");
    }
    size_t first = 0;
    size_t last = 0;
    std::sscanf(request.headers.at("range").c_str(), "bytes=%zu-%zu", &first,
                &last);
    if (first >= hang_from_) return "";
    const std::string total = "/" + std::to_string(object_.size());
    if (first >= object_.size()) {
      return FakeAnswer(416, "<Error><Code>InvalidRange</Code></Error>",
                        "Content-Range: bytes *" + total + "\r\n");
    }
    last = std::min(last, object_.size() - 1);
    return FakeAnswer(206, object_.substr(first, last - first + 1),
                      (etag_.empty() ? "" : "ETag: " + etag_ + "\r\n") +
                          "Content-Range: bytes " + std::to_string(first) +
                          "-" + std::to_string(last) + total + "\r\n");
  }

  void Replace(const std::string& object, const std::string& etag) {
    std::lock_guard<std::mutex> lock(mutex_);
    object_ = object;
    etag_ = etag;
  }

  std::unique_ptr<ObjectReader> Open() {
    Result<std::unique_ptr<ObjectReader>> reader =
        ObjectReader::Open(client_.get(), *ParseUri("s3://models/k"));
    EXPECT_TRUE(reader.ok()) << reader.status().message;
    return *std::move(reader);
  }

  std::string Read(ObjectReader& reader, uint64_t offset, size_t size) {
    std::string buffer(size, '?');
    Result<size_t> got = reader.Read(offset, buffer.data(), size);
    EXPECT_TRUE(got.ok()) << got.status().message;
    return buffer.substr(0, got.ok() ? *got : 0);
  }

  std::vector<std::string> Ranges() {
    std::vector<std::string> ranges;
    for (const FakeRequest& request : server_.requests()) {
      if (request.method == "HEAD") continue;
      ranges.push_back(request.headers.at("range").substr(6));
    }
    return ranges;
  }

  size_t Heads() { return server_.requests().size() - Ranges().size(); }

  Status ReadStatus(ObjectReader& reader, uint64_t offset) {
    char byte = 0;
    return reader.Read(offset, &byte, 1).status();
  }

  size_t BytesAskedFor() {
    size_t bytes = 0;
    for (const std::string& range : Ranges()) {
      size_t first = 0;
      size_t last = 0;
      std::sscanf(range.c_str(), "%zu-%zu", &first, &last);
      bytes += std::min(last, object_.size() - 1) - first + 1;
    }
    return bytes;
  }

  std::mutex mutex_;
  std::string object_;
  std::atomic<size_t> hang_from_{std::numeric_limits<size_t>::max()};
  std::string etag_ = "\"e1\"";
  std::string head_;  // If not empty, the answer to every HEAD.
  FakeHttpServer server_;
  std::unique_ptr<Client> client_;
};

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

TEST_F(ObjectReaderTest, AReadAtTheEndAsksForTheSizeOnce) {
  object_ = "0123456789";
  auto reader = Open();
  EXPECT_EQ(Read(*reader, 10, 1), "");
  EXPECT_EQ(Heads(), 1u);
  EXPECT_EQ(Read(*reader, 1000, 1), "");
  EXPECT_EQ(Heads(), 2u);
  EXPECT_EQ(Ranges().size(), 1u);
}

TEST_F(ObjectReaderTest, AReadAtTheEndSeesWhatWasAppended) {
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

TEST_F(ObjectReaderTest, AStoreWithoutEtagsIsFollowedToo) {
  Replace("01234", "");
  auto reader = Open();
  Replace("0123456789", "");
  EXPECT_EQ(Read(*reader, 5, 10), "56789");
}

TEST_F(ObjectReaderTest, AReadThatBeginsBeforeTheEndIsOfOneVersion) {
  Replace("01234", "\"e1\"");
  auto reader = Open();
  Replace("0123456789", "\"e2\"");
  EXPECT_EQ(Read(*reader, 3, 10), "34");
  EXPECT_EQ(Heads(), 0u);
  EXPECT_EQ(Read(*reader, 5, 10), "56789");
  EXPECT_EQ(Heads(), 1u);
}

TEST_F(ObjectReaderTest, AReaderThatComesBackToTheEndReadsAcrossIt) {
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

TEST_F(ObjectReaderTest, ALongerObjectThatBeginsOtherwiseHasNotGrown) {
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
      // Which is not found out again each time.
      const size_t ranges = Ranges().size();
      EXPECT_EQ(Read(*reader, size, 10), "");
      EXPECT_EQ(Ranges().size(), ranges);
      // An object that goes on with the old one is followed again.
      Replace(old + "more", "\"e3\"");
      EXPECT_EQ(Read(*reader, size, 10), "more");
    }
  }
}

TEST_F(ObjectReaderTest, APollerOfALargeGrowingObjectReadsTheLastByteAgain) {
  // As TensorFlow's record reader does before it reads at the end once more.
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

TEST_F(ObjectReaderTest, AFileThatGrowsWhileItIsReadFromFrontToBackIsReadOn) {
  std::string all = Pattern(20 * kMiB);
  Replace(all, "\"e0\"");
  auto reader = Open();
  std::string read;
  for (int i = 1; read.size() < all.size(); ++i) {
    read += Read(*reader, read.size(), 300 * 1000);
    if (i % 20 != 0) continue;
    all += Pattern(1000);
    Replace(all, "\"e" + std::to_string(i) + "\"");
  }
  EXPECT_TRUE(read == all);
  // From the beginning once more.
  Replace(all + "more", "\"last\"");
  EXPECT_TRUE(Read(*reader, 0, all.size()) == all);
}

TEST_F(ObjectReaderTest, AFileThatWasSmallIsComparedWholeWhenItIsLarge) {
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
  // It differs where neither the beginning nor the last bytes are.
  std::string other = all;
  ++other[2 * kMiB];
  Replace(other, "\"other\"");
  EXPECT_EQ(Read(*reader, 3 * kMiB, 10), "");
}

TEST_F(ObjectReaderTest, AFileThatHasGrownIsReadFromTheBeginningOnceMore) {
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

TEST_F(ObjectReaderTest, AFileThatWasReadInPiecesIsNotReadOnInTheMiddle) {
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

TEST_F(ObjectReaderTest, ALongerObjectThatDiffersInWhatWasReadIsAnError) {
  const std::string all = Pattern(20 * kMiB);
  for (const size_t changed : {size_t{0}, 2 * kMiB, 3 * kMiB - 1}) {
    Replace(all, "\"e0\"");
    auto reader = Open();
    for (size_t at = 0; at < 3 * kMiB; at += kMiB) Read(*reader, at, kMiB);
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

TEST_F(ObjectReaderTest, AnObjectThatWasReplacedByOneOfTheSameSizeJustEnds) {
  Replace("01234", "\"e1\"");
  auto reader = Open();
  Replace("56789", "\"e2\"");
  EXPECT_EQ(Read(*reader, 5, 1), "");
  EXPECT_EQ(Read(*reader, 0, 5), "01234");
  Replace("5678", "\"e3\"");
  EXPECT_EQ(Read(*reader, 5, 1), "");
}

TEST_F(ObjectReaderTest, AfterGrowthAReplacedObjectIsStillAnError) {
  Replace(Pattern(3 * kMiB), "\"e1\"");
  auto reader = Open();
  Replace(Pattern(4 * kMiB), "\"e2\"");
  EXPECT_EQ(Read(*reader, 3 * kMiB, 1), Pattern(4 * kMiB).substr(3 * kMiB, 1));
  Replace(Pattern(5 * kMiB), "\"e3\"");
  EXPECT_EQ(ReadStatus(*reader, 2 * kMiB).code, TF_FAILED_PRECONDITION);
}

TEST_F(ObjectReaderTest, AFileOfAModelThatIsBeingLoadedNeverGrows) {
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

TEST_F(ObjectReaderTest, TheEndStaysWhereTheStoreDoesNotTellTheSize) {
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

TEST_F(ObjectReaderTest, ThreadsAtTheEndOfAGrowingObjectReadTheSame) {
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
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(reader->info().size, all.size());
}

TEST_F(ObjectReaderTest, AnEmptyObject) {
  auto reader = Open();
  EXPECT_EQ(reader->info().size, 0u);
  EXPECT_EQ(Read(*reader, 0, 10), "");
}

TEST_F(ObjectReaderTest, ReadsInOrderAskForEachByteOnceAndForMuchAtATime) {
  object_ = Pattern(20 * kMiB + 5);
  auto reader = Open();
  std::string read;
  while (read.size() < object_.size()) {
    read += Read(*reader, read.size(), 100 * 1000);
  }
  EXPECT_TRUE(read == object_);
  EXPECT_LE(Ranges().size(), 20u);
  EXPECT_EQ(BytesAskedFor(), object_.size());
}

TEST_F(ObjectReaderTest, ALargeReadIsManyRequestsForWhatIsMissing) {
  object_ = Pattern(40 * kMiB);
  auto reader = Open();
  EXPECT_TRUE(Read(*reader, kMiB / 2, 39 * kMiB + kMiB / 2) ==
              object_.substr(kMiB / 2));
  EXPECT_GE(Ranges().size(), 5u);
  EXPECT_EQ(BytesAskedFor(), object_.size());
}

TEST_F(ObjectReaderTest, JumpsFetchTheirRangeAlone) {
  object_ = Pattern(40 * kMiB);
  auto reader = Open();
  EXPECT_EQ(Read(*reader, 30 * kMiB, 10), object_.substr(30 * kMiB, 10));
  EXPECT_EQ(Read(*reader, 20 * kMiB, 10), object_.substr(20 * kMiB, 10));
  EXPECT_THAT(Ranges(), ElementsAre("0-1048575", "31457280-31457289",
                                    "20971520-20971529"));
}

TEST_F(ObjectReaderTest, ObjectsAroundTheSizeOfTheOpening) {
  for (const size_t size : {kMiB - 1, kMiB, kMiB + 1, 3 * kMiB, 8 * kMiB}) {
    Replace(Pattern(size), "\"e1\"");
    auto reader = Open();
    EXPECT_EQ(reader->info().size, size);
    EXPECT_TRUE(Read(*reader, 0, size + 10) == object_) << size;
    EXPECT_EQ(Read(*reader, size, 1), "");
  }
}

TEST_F(ObjectReaderTest, WithoutBudgetItOpensWithLess) {
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

TEST_F(ObjectReaderTest, IdleFilesGiveWayToOneThatIsOpened) {
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

TEST_F(ObjectReaderTest, ClosingDoesNotWaitForWhatIsReadAhead) {
  object_ = Pattern(40 * kMiB);
  auto reader = Open();
  EXPECT_TRUE(Read(*reader, 0, 4 * kMiB) == object_.substr(0, 4 * kMiB));
  hang_from_ = 8 * kMiB;
  // What follows this is asked for, and never comes.
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

TEST_F(ObjectReaderTest, AnObjectThatShrinksIsReplacedAndDoesNotJustEnd) {
  Replace(Pattern(20 * kMiB), "");
  auto reader = Open();
  Replace(Pattern(2 * kMiB), "");
  std::string buffer(10, '?');
  Result<size_t> got = reader->Read(19 * kMiB, buffer.data(), buffer.size());
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.status().code, TF_FAILED_PRECONDITION);
}

TEST_F(ObjectReaderTest, ManyThreadsReadTheirOwnParts) {
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
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ObjectReaderTest, OpeningWhatIsNotThereFails) {
  FakeHttpServer empty([](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeAnswer(404, "<Error><Code>NoSuchKey</Code></Error>"));
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
