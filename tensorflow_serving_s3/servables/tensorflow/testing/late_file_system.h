// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A file system without files that opens any file, like that of tensorflow-io:
// it returns NOT_FOUND when the file is read.
//
//   tensorflow::Env::Default()->RegisterFileSystem(
//       "late", std::make_unique<LateFileSystem>());
#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_LATE_FILE_SYSTEM_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_LATE_FILE_SYSTEM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tensorflow/core/platform/file_system.h"
#include "tensorflow/core/platform/null_file_system.h"

namespace tfs3 {

class LateFileSystem : public tensorflow::NullFileSystem {
 public:
  using tensorflow::NullFileSystem::GetFileSize;
  using tensorflow::NullFileSystem::NewRandomAccessFile;

  absl::Status NewRandomAccessFile(
      const std::string&, tensorflow::TransactionToken*,
      std::unique_ptr<tensorflow::RandomAccessFile>* file) override {
    *file = std::make_unique<MissingFile>();
    return absl::OkStatus();
  }

  absl::Status GetFileSize(const std::string&, tensorflow::TransactionToken*,
                           tensorflow::uint64*) override {
    return absl::NotFoundError("no such key");
  }

 private:
  // Has the functions of all releases of TensorFlow, each of which declares
  // one or both: so without `override`.
  class MissingFile : public tensorflow::RandomAccessFile {
   public:
    virtual absl::Status Read(uint64_t, absl::string_view&,
                              absl::Span<char>) const {
      return absl::NotFoundError("no such key");
    }
    virtual absl::Status Read(uint64_t, size_t, absl::string_view*,
                              char*) const {
      return absl::NotFoundError("no such key");
    }
  };
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_LATE_FILE_SYSTEM_H_
