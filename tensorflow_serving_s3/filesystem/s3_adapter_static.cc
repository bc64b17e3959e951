// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Registers the S3 filesystem for `s3` before main, in programs that link this
// library (alwayslink).
#include "absl/log/log.h"
#include "absl/status/status.h"
#include "tensorflow_serving_s3/filesystem/s3_adapter.h"

namespace tfs3 {
namespace {

[[maybe_unused]] const bool registered = [] {
  const absl::Status status = RegisterS3Filesystem("s3");
  if (!status.ok()) {
    LOG(ERROR) << "The S3 filesystem is not available: " << status;
  }
  return status.ok();
}();

}  // namespace
}  // namespace tfs3
