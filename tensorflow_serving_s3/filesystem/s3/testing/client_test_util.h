// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Clients of a FakeHttpServer, and responses for them.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_CLIENT_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_CLIENT_TEST_UTIL_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

namespace tfs3 {
namespace s3 {

// Returns a client with the access key "testkey" and the secret "geheim".
std::unique_ptr<Client> NewClient(
    const std::string& endpoint,
    std::chrono::milliseconds request_timeout = std::chrono::seconds(20),
    int max_attempts = 3);

// The header of the responses of RespondToRange.
inline constexpr char kEtag[] = "ETag: \"e1\"\r\n";

// Returns the response of a store to the request for a range of `object`.
std::string RespondToRange(const std::string& object,
                           const FakeRequest& request);

struct Read {
  Status status;
  std::string bytes;
  ObjectInfo object;
};

// Reads s3://models/k.
Read GetRange(Client& client, uint64_t offset, size_t size,
              const std::string& if_match = "");

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_CLIENT_TEST_UTIL_H_
