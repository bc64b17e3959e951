// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The error type of the S3 filesystem: a TensorFlow error code and a message.
// The filesystem must load into any TensorFlow, so it uses only TensorFlow's C
// headers and its own types.
//
//   Result<S3Uri> uri = ParseUri("s3://models/half");
//   if (!uri.ok()) return uri.status();
//   Use(uri->bucket);
//
// Both types are copyable, movable and not synchronised.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_STATUS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_STATUS_H_

#include <optional>
#include <string>
#include <utility>

#include "tensorflow/c/tf_status.h"

namespace tfs3 {
namespace s3 {

struct Status {
  TF_Code code = TF_OK;
  // Empty if `code` is TF_OK. Otherwise it names the resource, the cause and,
  // if there is one, the cure. It contains no secrets.
  std::string message;

  bool ok() const { return code == TF_OK; }
};

// A value, or the error instead of it.
template <typename T>
class Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT: implicit on purpose
  // `status` must not be OK.
  Result(Status status)  // NOLINT: implicit on purpose
      : status_(std::move(status)) {}

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }

  // Only when ok().
  const T& operator*() const& { return *value_; }
  T& operator*() & { return *value_; }
  T&& operator*() && { return *std::move(value_); }
  const T* operator->() const { return &*value_; }
  T* operator->() { return &*value_; }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_STATUS_H_
