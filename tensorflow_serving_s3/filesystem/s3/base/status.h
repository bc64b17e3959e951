// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// How the functions of this folder report failure: a TensorFlow error code and
// a message for people. The folder is linked into other people's TensorFlow as
// well, so it depends on TensorFlow's C headers only and brings its own types.
//
//   Result<S3Uri> uri = ParseUri("s3://models/half");
//   if (!uri.ok()) return uri.status();
//   Use(uri->bucket);
//
// Both are plain values: copyable, movable, not synchronised.
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
  // Empty when `code` is TF_OK. Otherwise it names the resource, the cause and,
  // where there is one, the cure; it never holds a secret.
  std::string message;

  bool ok() const { return code == TF_OK; }
};

// A value, or why there is none.
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
