// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// An S3 store in memory for tests, of the kind that the real ones of the tests
// are not: it keeps every key as it was sent, or none that ends in a slash.
//
//   FakeStore store({/*takes_markers_for_files=*/true});
//   std::unique_ptr<Client> client = store.NewClient();
//   ... Use(*client) ...
//   EXPECT_THAT(store.keys(), ElementsAre("a"));
//
// It has one bucket of any name, whose objects are listed on one page, and one
// upload at a time, which it completes without looking at the ETags. Signatures
// are not verified. Thread-safe.
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
  struct Ways {
    // `a/` is stored as `a`.
    bool takes_markers_for_files = false;
    // What copies a part is taken for an empty part.
    bool ignores_copied_parts = false;
  };

  explicit FakeStore(Ways ways);

  // The store must outlive it.
  std::unique_ptr<Client> NewClient() const;

  // From now on what `fails` is true of, as in Requests(), is answered 500.
  void SetFault(std::function<bool(const std::string& request)> fails);

  std::vector<std::string> keys() const;
  // The bytes of an object, "" also when there is none.
  std::string Get(const std::string& key) const;
  void Put(const std::string& key, const std::string& bytes);
  // What was asked so far, as "PUT /models/a?partNumber=1&uploadId=1".
  std::vector<std::string> Requests() const;

 private:
  std::string Answer(const FakeRequest& request);
  std::string AnswerPut(const FakeRequest& request, const std::string& key,
                        const std::string& query);
  std::string AnswerPost(const FakeRequest& request, const std::string& key,
                         const std::string& query);
  std::string AnswerGet(const FakeRequest& request, const std::string& key);
  std::string List(const std::string& prefix, bool delimit) const;

  const Ways ways_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> objects_;
  std::function<bool(const std::string& request)> fails_;
  int uploads_ = 0;
  std::map<int, std::string> parts_;
  FakeHttpServer server_;  // Ends first.
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_FAKE_STORE_H_
