// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/object_reader.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/fake_http_server.h"

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
          std::lock_guard<std::mutex> lock(mutex_);
          out.Send(Answer(request));
        }) {
    Options options;
    options.endpoint = server_.url();
    options.endpoint_source = "S3_ENDPOINT";
    options.anonymous = true;
    client_ = *Client::New(
        options, [](const char*) { return std::optional<std::string>(); });
  }

  std::string Answer(const FakeRequest& request) {
    const auto if_match = request.headers.find("if-match");
    if (if_match != request.headers.end() && if_match->second != etag_) {
      return FakeAnswer(412, "<Error><Code>PreconditionFailed</Code></Error>");
    }
    size_t first = 0;
    size_t last = 0;
    std::sscanf(request.headers.at("range").c_str(), "bytes=%zu-%zu", &first,
                &last);
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
      ranges.push_back(request.headers.at("range").substr(6));
    }
    return ranges;
  }

  std::mutex mutex_;
  std::string object_;
  std::string etag_ = "\"e1\"";
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
  EXPECT_EQ(Read(*reader, 10, 1), "");
  EXPECT_EQ(Read(*reader, 1000, 1), "");
  EXPECT_EQ(Ranges().size(), 1u);
}

TEST_F(ObjectReaderTest, AnEmptyObject) {
  auto reader = Open();
  EXPECT_EQ(reader->info().size, 0u);
  EXPECT_EQ(Read(*reader, 0, 10), "");
}

TEST_F(ObjectReaderTest, ManySmallReadsForwardAreFewRequests) {
  object_ = Pattern(20 * kMiB + 5);
  auto reader = Open();
  std::string read;
  while (read.size() < object_.size()) {
    read += Read(*reader, read.size(), 100 * 1000);
  }
  EXPECT_TRUE(read == object_);
  EXPECT_THAT(Ranges(), ElementsAre("0-8388607", "8388608-16777215",
                                    "16777216-20971524"));
}

TEST_F(ObjectReaderTest, SmallGapsForwardStayReadAhead) {
  object_ = Pattern(20 * kMiB);
  auto reader = Open();
  EXPECT_EQ(Read(*reader, 8 * kMiB - 10, 5), object_.substr(8 * kMiB - 10, 5));
  EXPECT_EQ(Read(*reader, 9 * kMiB, 5), object_.substr(9 * kMiB, 5));
  EXPECT_EQ(Read(*reader, 10 * kMiB, 5), object_.substr(10 * kMiB, 5));
  EXPECT_EQ(Ranges().size(), 2u);
}

TEST_F(ObjectReaderTest, JumpsFetchTheirRangeAlone) {
  object_ = Pattern(40 * kMiB);
  auto reader = Open();
  EXPECT_EQ(Read(*reader, 30 * kMiB, 10), object_.substr(30 * kMiB, 10));
  EXPECT_EQ(Read(*reader, 20 * kMiB, 10), object_.substr(20 * kMiB, 10));
  EXPECT_THAT(Ranges(), ElementsAre("0-8388607", "31457280-31457289",
                                    "20971520-20971529"));
}

TEST_F(ObjectReaderTest, ALargeReadIsOneRequestForWhatIsMissing) {
  object_ = Pattern(40 * kMiB);
  auto reader = Open();
  EXPECT_TRUE(Read(*reader, 4 * kMiB, 30 * kMiB) ==
              object_.substr(4 * kMiB, 30 * kMiB));
  EXPECT_THAT(Ranges(), ElementsAre("0-8388607", "8388608-35651583"));
}

TEST_F(ObjectReaderTest, AReplacedObjectIsAnErrorAndNotAMixture) {
  for (const std::string etag : {"\"e1\"", ""}) {
    Replace(Pattern(20 * kMiB), etag);
    auto reader = Open();
    Replace(Pattern(21 * kMiB), etag.empty() ? "" : "\"e2\"");
    std::string buffer(10, '?');
    for (uint64_t offset : {9 * kMiB, 19 * kMiB}) {
      Result<size_t> got = reader->Read(offset, buffer.data(), buffer.size());
      ASSERT_FALSE(got.ok());
      EXPECT_EQ(got.status().code, TF_FAILED_PRECONDITION);
      EXPECT_THAT(got.status().message, HasSubstr("replaced while it was"));
    }
  }
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
