// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A store that sometimes fails, and issues credentials that expire quickly. It
// has one object `models/read/SIZE` of each size in kSizes.
//
//   FaultyStore store;
//   options.endpoint = store.url();
//   setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI",
//          (store.url() + "/credentials").c_str(), 1);
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_FAULTY_STORE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_FAULTY_STORE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

namespace tfs3 {
namespace s3 {

// The sizes of the objects: one that Open reads completely, and larger ones.
inline constexpr std::array<size_t, 3> kSizes = {1000, 300 << 10, 20 << 20};

// Returns the byte at `offset` of each object.
char ByteAt(uint64_t offset);

// Returns the content of the object of this size, one of kSizes.
const std::string& Content(size_t size);

class FaultyStore {
 public:
  FaultyStore();

  std::string url() const { return server_.url(); }
  int credentials_given() const { return credentials_given_; }

 private:
  void Respond(const FakeRequest& request, FakeConnection& out);
  void GiveCredentials(FakeConnection& out);

  std::atomic<uint64_t> requests_{0};
  std::atomic<int> credentials_given_{0};
  FakeHttpServer server_;  // The last member: destroyed first.
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_FAULTY_STORE_H_
