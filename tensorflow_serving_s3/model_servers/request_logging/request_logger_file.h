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

// Writes TFRecord files, one after the other, in any file system that
// TensorFlow can write:
//
//   RequestLogFile file(env, "/logs/half");
//   absl::Status status = file.Write(record, Clock::now());
//   status = file.Flush();
//   if (file.bytes() > limit) status = file.Close();
//
// A file is made, with its folder, by the first Write after a Close, under a
// name that is new: "/logs/half-20261231T235959Z-000001.tfrecord", with the
// time (UTC) at which it was made, and a number. Only what has been flushed or
// closed with success is in it for sure; after an error the file is given up,
// and the next Write makes another. Not thread-safe.
class RequestLogFile {
 public:
  using Clock = std::chrono::steady_clock;

  // `env` must outlive this.
  RequestLogFile(tensorflow::Env* env, std::string prefix);
  // Closes the file; an error is lost.
  ~RequestLogFile();
  RequestLogFile(const RequestLogFile&) = delete;
  RequestLogFile& operator=(const RequestLogFile&) = delete;

  absl::Status Write(absl::string_view record, Clock::time_point now);
  absl::Status Flush();
  absl::Status Close();

  // Of the file that is open.
  bool is_open() const { return file_ != nullptr; }
  uint64_t bytes() const { return bytes_; }
  Clock::time_point opened_at() const { return opened_at_; }

 private:
  absl::Status Open(Clock::time_point now);
  // Adds the name of the file to an error, and gives the file up.
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
