// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The S3 filesystem that is linked into this program.
//
//   const S3Flavour& flavour = LinkedS3Flavour();
//   Log("S3 filesystem: ", flavour.name);
//   if (flavour.read_stats != nullptr) Show(flavour.read_stats());
//
// The build setting //tensorflow_serving_s3/filesystem:s3 selects the flavour.
// A caller of LinkedS3Flavour depends on
// //tensorflow_serving_s3/filesystem:s3_flavour.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_FLAVOUR_FLAVOUR_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_FLAVOUR_FLAVOUR_H_

#include <cstdint>
#include <functional>
#include <string>

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"
#include "tensorflow_serving_s3/filesystem/flavour/s3_stats.h"

namespace tfs3 {

// Names and functions of one flavour. All functions are thread-safe.
struct S3Flavour {
  // The value of the build setting: "crt".
  const char* name;

  // The library that implements it: "AWS Common Runtime".
  const char* library;

  // Fills in `ops`, which must be zero, for URLs of `scheme`. All memory that
  // `ops` then points to comes from malloc; TensorFlow frees it.
  void (*provide)(TF_FilesystemPluginOps* ops, const char* scheme);

  // A flavour without one of these features has a null pointer.

  // Limits the read-ahead memory that all open files share.
  void (*set_read_ahead_bytes)(uint64_t bytes) = nullptr;

  // Returns the counters of the S3 requests of this process.
  s3::Stats (*read_stats)() = nullptr;

  // Starts to count the bytes read from the files under the URL `directory`.
  // The result returns their number; it is thread-safe.
  std::function<uint64_t()> (*count_reads)(const std::string& directory) =
      nullptr;
};

// Returns the flavour of this program.
const S3Flavour& LinkedS3Flavour();

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_FLAVOUR_FLAVOUR_H_
