// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The fixture for tests of ObjectReader.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_OBJECT_READER_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_OBJECT_READER_TEST_UTIL_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/object_reader.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

namespace tfs3 {
namespace s3 {

inline constexpr size_t kMiB = size_t{1} << 20;

// Returns pseudo-random bytes, always the same.
inline std::string Pattern(size_t size) {
  std::string bytes(size, '\0');
  uint32_t state = 12345;
  for (char& c : bytes) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return bytes;
}

// A server with one object. It supports ranges and If-Match.
class ObjectReaderTest : public ::testing::Test {
 protected:
  ObjectReaderTest()
      : server_([this](const FakeRequest& request, FakeConnection& out) {
          std::unique_lock<std::mutex> lock(mutex_);
          const std::string response = Respond(request);
          lock.unlock();
          if (response.empty()) {
            return out.Hang();
          }
          out.Send(response);
        }) {
    Options options;
    options.endpoint = server_.url();
    options.endpoint_source = "S3_ENDPOINT";
    options.anonymous = true;
    options.request_timeout = std::chrono::hours(1);
    client_ = *Client::New(
        options, [](const char*) { return std::optional<std::string>(); });
  }

  // Returns "" for a request that gets no response.
  std::string Respond(const FakeRequest& request) {
    if (request.method == "HEAD") {
      if (!head_.empty()) {
        return head_;
      }
      return "HTTP/1.1 200 OK\r\n" +
             (etag_.empty() ? "" : "ETag: " + etag_ + "\r\n") +
             "Content-Length: " + std::to_string(object_.size()) + "\r\n\r\n";
    }
    const auto if_match = request.headers.find("if-match");
    if (if_match != request.headers.end() && if_match->second != etag_) {
      return FakeResponse(412,
                          "<Error><Code>PreconditionFailed</Code></Error>");
    }
    size_t first = 0;
    size_t last = 0;
    std::sscanf(request.headers.at("range").c_str(), "bytes=%zu-%zu", &first,
                &last);
    if (first >= hang_from_) {
      return "";
    }
    const std::string total = "/" + std::to_string(object_.size());
    if (first >= object_.size()) {
      return FakeResponse(416, "<Error><Code>InvalidRange</Code></Error>",
                          "Content-Range: bytes *" + total + "\r\n");
    }
    last = std::min(last, object_.size() - 1);
    return FakeResponse(206, object_.substr(first, last - first + 1),
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
      if (request.method == "HEAD") {
        continue;
      }
      ranges.push_back(request.headers.at("range").substr(6));
    }
    return ranges;
  }

  size_t Heads() { return server_.requests().size() - Ranges().size(); }

  Status ReadStatus(ObjectReader& reader, uint64_t offset) {
    char byte = 0;
    return reader.Read(offset, &byte, 1).status();
  }

  size_t RequestedBytes() {
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
  std::string head_;  // If not empty, the response to every HEAD.
  FakeHttpServer server_;
  std::unique_ptr<Client> client_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_OBJECT_READER_TEST_UTIL_H_
