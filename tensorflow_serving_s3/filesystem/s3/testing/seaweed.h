// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Runs a SeaweedFS server for a test: a real S3 store with the buckets "models"
// and "empty-bucket", the access key "testkey" and the secret key "testsecret".
//
//   Seaweed seaweed;  // waits until it responds
//   seaweed.Put("half/1/saved_model.pb", bytes);
//   Use(seaweed.endpoint());  // "http://127.0.0.1:PORT"
//
// The environment variable TFS3_WEED names the executable. It uses free ports
// of the loopback interface and a temporary folder; the destructor ends the
// process and deletes the folder. A failure aborts the test.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_SEAWEED_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_SEAWEED_H_

#include <sys/types.h>

#include <string>

namespace tfs3 {
namespace s3 {

class Seaweed {
 public:
  Seaweed();
  ~Seaweed();

  std::string endpoint() const;

  // Stores an object in the bucket "models", through SeaweedFS's own interface
  // and not through the code under test.
  void Put(const std::string& key, const std::string& bytes);

  Seaweed(const Seaweed&) = delete;
  Seaweed& operator=(const Seaweed&) = delete;

 private:
  // Starts the executable on new ports, with its data and log in `folder`.
  void Start(const char* executable, const std::string& folder);
  // Waits until it responds. Returns false after some time.
  bool WaitUntilReady();
  void Stop();

  std::string folder_;
  int s3_port_ = 0;
  int filer_port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_SEAWEED_H_
