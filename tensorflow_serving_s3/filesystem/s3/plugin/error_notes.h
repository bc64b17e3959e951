// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Errors that a caller of the filesystem does not see, as lines on stderr, each
// cause once.
//
//   ErrorNotes::OfProcess().Print(status);
//
// The cause of an error is its message without the path at its beginning,
// without numbers and without what follows its first sentence. So a store that
// does not answer is one line, whatever is asked for. At most 100 causes are
// printed. Thread-safe.
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
  // Those of this process, never destroyed. The child of a fork has its own.
  static ErrorNotes& OfProcess();

  // Prints `error`, which is not OK, unless its cause was printed before.
  // Whether it has.
  bool Print(const Status& error);

 private:
  std::mutex mutex_;
  std::set<std::string> causes_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_ERROR_NOTES_H_
