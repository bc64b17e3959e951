// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SOURCES_VERSION_LISTING_H_
#define TENSORFLOW_SERVING_S3_SOURCES_VERSION_LISTING_H_

#include <cstdint>
#include <string>
#include <vector>

namespace tfs3 {

// The versions in a directory, from the names of its children.
//
//   ListVersions({"00000123", "7/", "README.md", "tmp"}).versions
//   // -> {123, "00000123"}, {7, "7"}
//
// The name of a version is a non-negative decimal number of 64 bits, which may
// have leading zeros. Trailing slashes are ignored. Any other name is silently
// ignored, as in TensorFlow Serving.
struct VersionListing {
  struct Version {
    int64_t number;
    // The name of the child, without trailing slashes.
    std::string name;
  };

  // The newest first, without duplicates.
  std::vector<Version> versions;

  // Messages about ignored numbers: numbers that are too large, and names with
  // the same number as another name (the shortest name is used). Sorted,
  // without duplicates.
  std::vector<std::string> problems;
};

// Returns the versions among the names of the children of a directory.
VersionListing ListVersions(const std::vector<std::string>& child_names);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SOURCES_VERSION_LISTING_H_
