// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SOURCES_TESTING_FAKE_FILE_SYSTEM_H_
#define TENSORFLOW_SERVING_S3_SOURCES_TESTING_FAKE_FILE_SYSTEM_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace tfs3 {

// A file system for tests, which TensorFlow finds under the scheme "fake://".
// It behaves like an object store: a directory exists while it contains a file.
// One instance for the whole process.
//
//   FakeFileSystem::Reset();
//   FakeFileSystem::Add("fake://models/half/1/saved_model.pb");
//   FakeFileSystem::Fail("fake://models/half", absl::UnavailableError("..."));
//
// Thread-safe.
class FakeFileSystem {
 public:
  // Removes all files, errors, hooks and counts.
  static void Reset();

  static void Add(const std::string& file);
  // Removes a file, or everything in a directory.
  static void Remove(const std::string& path);
  // Lets the listings of a directory fail; an OK status ends this.
  static void Fail(const std::string& directory, const absl::Status& error);
  // Calls `hook` before each listing of a directory. It may block.
  static void OnListing(const std::string& directory,
                        std::function<void()> hook);

  // Returns the directories that were listed since the last call, in order.
  static std::vector<std::string> TakeListings();
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SOURCES_TESTING_FAKE_FILE_SYSTEM_H_
