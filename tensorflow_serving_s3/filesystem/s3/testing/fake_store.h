// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// An S3 store in memory, for behaviour that the real stores of the tests do not
// have: it keeps all keys unchanged, or no keys that end in a slash.
//
//   FakeStore store({/*stores_markers_as_files=*/true});
//   std::unique_ptr<Client> client = store.NewClient();
//   ... Use(*client) ...
//   EXPECT_THAT(store.keys(), ElementsAre("a"));
//
// Supports one bucket of any name, listings of one page, and one upload at a
// time. Verifies neither ETags of parts nor signatures. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_FAKE_STORE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_FAKE_STORE_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

namespace tfs3 {
namespace s3 {

class FakeStore {
 public:
  struct Behaviour {
    // Stores `a/` as `a`.
    bool stores_markers_as_files = false;
    // Stores an empty part for UploadPartCopy.
    bool ignores_copied_parts = false;
  };

  explicit FakeStore(Behaviour behaviour);

  // Returns a client, which the store must outlive.
  std::unique_ptr<Client> NewClient() const;

  // Answers 500 to later requests, in the format of Requests(), for which
  // `fails` returns true.
  void SetFault(std::function<bool(const std::string& request)> fails);

  std::vector<std::string> keys() const;
  // Returns the bytes of an object, or "".
  std::string Get(const std::string& key) const;
  void Put(const std::string& key, const std::string& bytes);
  // Returns all requests so far: "PUT /models/a?partNumber=1&uploadId=1".
  std::vector<std::string> Requests() const;

 private:
  std::string Respond(const FakeRequest& request);
  std::string HandlePut(const FakeRequest& request, const std::string& key,
                        const std::string& query);
  std::string HandlePost(const FakeRequest& request, const std::string& key,
                         const std::string& query);
  std::string HandleGet(const FakeRequest& request, const std::string& key);
  std::string List(const std::string& prefix, bool delimit) const;

  const Behaviour behaviour_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> objects_;
  std::function<bool(const std::string& request)> fails_;
  int uploads_ = 0;
  std::map<int, std::string> parts_;
  FakeHttpServer server_;  // The last member: destroyed first.
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_FAKE_STORE_H_
