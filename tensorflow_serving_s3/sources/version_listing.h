// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SOURCES_VERSION_LISTING_H_
#define TENSORFLOW_SERVING_S3_SOURCES_VERSION_LISTING_H_

#include <cstdint>
#include <string>
#include <vector>

namespace tfs3 {

// The versions that lie in a directory, read off the names of its children.
//
//   ListVersions({"00000123", "7/", "README.md", "tmp"}).versions
//   // -> {123, "00000123"}, {7, "7"}
//
// A version's name is a non-negative decimal number of 64 bits, with any
// number of zeros in front. Slashes at the end of a name are ignored. Every
// other name is no version and is passed over in silence, as TensorFlow
// Serving does.
struct VersionListing {
  struct Version {
    int64_t number;
    // The child's name, without slashes at its end.
    std::string name;
  };

  // The newest first; no number comes twice.
  std::vector<Version> versions;

  // What looks like a version and is not used, as sentences for people:
  // numbers that are too large, and names that mean the same number as
  // another (the shortest one is used). In order, free of duplicates.
  std::vector<std::string> problems;
};

// Pure; the order of `child_names` does not matter.
VersionListing ListVersions(const std::vector<std::string>& child_names);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SOURCES_VERSION_LISTING_H_
