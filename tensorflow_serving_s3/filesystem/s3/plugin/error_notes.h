// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Prints errors that TensorFlow hides from its callers to stderr, once for each
// cause.
//
//   ErrorNotes::OfProcess().Print(status);
//
// The cause is the first sentence of the message, without the path and without
// numbers: an unreachable store is one line for all paths. Prints at most 100
// causes. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_ERROR_NOTES_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_ERROR_NOTES_H_

#include <mutex>
#include <set>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

class ErrorNotes {
 public:
  // Returns the object of this process, which is never destroyed. A forked
  // child has its own.
  static ErrorNotes& OfProcess();

  // Prints an error (not OK) unless its cause was printed before. Returns true
  // if it has printed it.
  bool Print(const Status& error);

 private:
  std::mutex mutex_;
  std::set<std::string> causes_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_ERROR_NOTES_H_
