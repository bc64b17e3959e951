// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_REQUEST_LOGGER_FILE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_REQUEST_LOGGER_FILE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/lib/io/record_writer.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/file_system.h"

namespace tfs3 {

// Writes a sequence of TFRecord files to any file system of TensorFlow:
//
//   RequestLogFile file(env, "/logs/half");
//   absl::Status status = file.Write(record, Clock::now());
//   status = file.Flush();
//   if (file.bytes() > limit) status = file.Close();
//
// The first Write after a Close creates a file, and its folder if necessary.
// The name is new and has the time of creation (UTC) and a number:
// "/logs/half-20261231T235959Z-000001.tfrecord". A file has all records written
// before a successful Flush or Close. After an error the next Write creates
// another file. Not thread-safe.
class RequestLogFile {
 public:
  using Clock = std::chrono::steady_clock;

  // `env` must outlive this object.
  RequestLogFile(tensorflow::Env* env, std::string prefix);
  // Closes the file and ignores errors.
  ~RequestLogFile();
  RequestLogFile(const RequestLogFile&) = delete;
  RequestLogFile& operator=(const RequestLogFile&) = delete;

  absl::Status Write(absl::string_view record, Clock::time_point now);
  absl::Status Flush();
  absl::Status Close();

  // Properties of the open file.
  bool is_open() const { return file_ != nullptr; }
  uint64_t bytes() const { return bytes_; }
  Clock::time_point opened_at() const { return opened_at_; }

 private:
  absl::Status Open(Clock::time_point now);
  // Drops the file, and returns the error with its name.
  absl::Status GiveUp(const absl::Status& status);

  tensorflow::Env* const env_;
  const std::string prefix_;
  int number_ = 0;
  std::string name_;
  std::unique_ptr<tensorflow::WritableFile> file_;
  std::unique_ptr<tensorflow::io::RecordWriter> writer_;
  uint64_t bytes_ = 0;
  Clock::time_point opened_at_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_REQUEST_LOGGER_FILE_H_
